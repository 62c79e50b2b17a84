import { z } from 'zod'
import { isValidZone } from '#lib/domain/time/local-day.ts'

/** A time zone among the settings of a connection or an asset. */
export const zoneSetting = z.string().refine(isValidZone, 'is not an IANA time zone; write one such as America/New_York')

/** The zone of times that a system writes without one: its own. */
export const systemZone = zoneSetting.default('America/New_York')
