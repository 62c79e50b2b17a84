import type { Instant } from '#lib/domain/time/instant.ts'
import { reasonInWords, statusInWords } from '#lib/domain/wording/words.ts'
import type { Reason, Status } from './status.ts'

/** What somebody waits for: that a feed is fresh, or that all it is judged by was loaded after an instant. */
export type GateCondition = { kind: 'fresh' } | { kind: 'loaded-after'; at: Instant }

/** A feed as far as a gate goes by it. */
export interface GateSight {
  name: string
  status: Status | null
  reason: Reason | null
  /** The last load (or write) of each asset it is judged by; of all its assets, where it is judged by none. */
  loads: readonly (Instant | null)[]
}

export interface Gate {
  isOpen: boolean
  /** Why, as a sentence. */
  reason: string
  /** It stays closed until the catalogue says otherwise: there is nothing to wait for. */
  isHopeless: boolean
}

const LOADED_AFTER = 'loaded-after='
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/

/** Reads `fresh` or `loaded-after=2026-11-29T04:00:00Z`; null for anything else. */
export function readGateCondition(text: string): GateCondition | null {
  if (text === 'fresh') return { kind: 'fresh' }
  const instant = text.startsWith(LOADED_AFTER) ? text.slice(LOADED_AFTER.length) : ''
  const at = WITH_OFFSET.test(instant) ? Date.parse(instant) : Number.NaN
  return Number.isNaN(at) ? null : { kind: 'loaded-after', at }
}

/** A condition as `readGateCondition` reads it. */
export function gateConditionText(condition: GateCondition): string {
  return condition.kind === 'fresh' ? 'fresh' : `${LOADED_AFTER}${new Date(condition.at).toISOString()}`
}

/** Whether those who wait for this may go on, and why. */
export function gate(sight: GateSight, condition: GateCondition): Gate {
  return condition.kind === 'fresh' ? untilFresh(sight) : untilLoaded(sight, condition.at)
}

function untilFresh({ name, status, reason }: GateSight): Gate {
  if (status === null)
    return closed(`Nothing is promised of ${name}, so it never is fresh. Wait until it was loaded after an instant instead.`, true)
  const words = `${name} is ${statusInWords(status).toLowerCase()}${reason === null ? '' : `: ${reasonInWords(reason)}`}.`
  return status === 'fresh' ? open(words) : closed(words)
}

function untilLoaded({ name, loads }: GateSight, at: Instant): Gate {
  if (loads.length === 0) return closed(`${name} has no assets, so nothing of it is ever loaded.`, true)
  const time = new Date(at).toISOString()
  const waiting = loads.filter((load) => load === null || load <= at).length
  if (waiting === 0) return open(`${name} was loaded after ${time}.`)
  return closed(
    `${waiting} of ${loads.length} ${loads.length === 1 ? 'asset' : 'assets'} of ${name} ${waiting === 1 ? 'was' : 'were'} not loaded after ${time} yet.`,
  )
}

function open(reason: string): Gate {
  return { isOpen: true, reason, isHopeless: false }
}

function closed(reason: string, isHopeless = false): Gate {
  return { isOpen: false, reason, isHopeless }
}
