import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { always, anAge, at, facts, loaded, settings } from '#lib/testing/history/domain-builders.ts'
import { evaluate } from './evaluate.ts'
import type { Arrival, AssetFacts } from './facts.ts'
import { prepareFacts } from './prepare-facts.ts'
import { timeline } from './timeline.ts'
import { pushWitness } from './witnesses/witness.ts'

const own = settings([anAge({ lateAfterMs: 4 * HOUR_MS, staleAfterMs: 12 * HOUR_MS, clock: 'loadedAt' })], { blindAfterMs: null })
const told = (hour: string): Arrival => loaded(`2026-03-05T${hour}`, { witness: pushWitness('heartbeat') })
const deaf = (from: string, to: string | null): AssetFacts['blind'][number] => ({
  from: at(`2026-03-05T${from}`),
  to: to === null ? null : at(`2026-03-05T${to}`),
  reason: 'receiver-stopped',
})
const spansOf = (known: AssetFacts) =>
  timeline(always(own), known, at('2026-03-05T00:30'), at('2026-03-06T00:00')).map(
    ({ from, status }) => `${new Date(from).toISOString().slice(11, 16)} ${status}`,
  )

describe('what is only ever told about, while nothing could be told', () => {
  it('is unknown for that time, also afterwards, unless something is told of it', () => {
    const silent = facts({ arrivals: [told('01:00')], blind: [deaf('02:00', '07:00')] })
    const heard = facts({ arrivals: [told('01:00'), told('04:00')], blind: [deaf('02:00', '07:00')] })
    expect(
      spansOf(silent)
        .slice(1)
        .map((span) => span.slice(6)),
    ).toEqual(['fresh', 'unknown', 'late', 'stale'])
    expect(
      spansOf(heard)
        .slice(1)
        .map((span) => span.slice(6)),
    ).toEqual(['fresh', 'unknown', 'fresh', 'late', 'stale'])
  })

  it('stays late and stale, and is judged at each instant as its history says', () => {
    const known = facts({ arrivals: [told('01:00'), told('09:00')], blind: [deaf('06:00', '08:00'), deaf('10:00', null)] })
    const prepared = prepareFacts(known)
    for (let now = at('2026-03-05T00:45'); now < at('2026-03-05T23:00'); now += 5 * MINUTE_MS) {
      const { status, reason } = evaluate(own, prepared, now)
      const [span] = timeline(always(own), known, now, now + 1)
      expect(`${new Date(now).toISOString()} ${status}/${reason}`).toBe(`${new Date(now).toISOString()} ${span?.status}/${span?.reason}`)
    }
    const statusAt = (hour: string) => evaluate(own, prepared, at(`2026-03-05T${hour}`)).status
    expect(['04:00', '07:00', '09:30', '11:00'].map(statusAt)).toEqual(['fresh', 'late', 'fresh', 'unknown'])
  })
})
