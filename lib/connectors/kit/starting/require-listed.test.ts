import { expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { requireListed } from './require-listed.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const ask = (triedAt: number | null) => () => requireListed('The scheduler', 'courses', { triedAt }, NOW)

it('a job is not started a second time while a first run of it may not be listed yet, and then it is', () => {
  for (const triedAt of [NOW, NOW - 119 * SECOND_MS, NOW + SECOND_MS]) expect(ask(triedAt)).toThrow(/may have started courses already/)
  for (const triedAt of [null, NOW - 2 * MINUTE_MS]) expect(ask(triedAt)).not.toThrow()
})
