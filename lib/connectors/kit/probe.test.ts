import { describe, expect, it } from 'vitest'
import { HOUR_MS, type Instant, SECOND_MS } from '#lib/domain/time/instant.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { lastLoaded, type Probe, probeAsset } from './probe.ts'

const NOW = Date.UTC(2026, 10, 29, 12)
const FUTURE = 'The time lies in the future; it is kept, but not judged.'
const connection = { key: 'elt', settings: {}, clock: new FakeClock(NOW), log: silentLog, signal: new AbortController().signal }
const loaded = (at: Instant | null, warnings: string[] = []) =>
  lastLoaded(at, { method: 'run', strength: 'strong', detail: 'The end of its last sync.' }, 'No sync has succeeded.', warnings)

const look = (probe: Probe) =>
  probeAsset(connection, { key: 'elt/a', path: 'a', settings: {}, previous: null }, () => Promise.resolve(probe))

describe('a look at one asset', () => {
  it.each<[of: string, Probe, warnings: string[]]>([
    ['of now', loaded(NOW), []],
    ['of a clock that runs ahead a little', loaded(NOW + 30 * SECOND_MS), []],
    ['of an hour ahead', loaded(NOW + HOUR_MS, ['It is paused.']), ['It is paused.', FUTURE]],
    ['of an hour ahead, and what to do about it', { ...loaded(NOW + HOUR_MS), ifAhead: 'Leave it out.' }, [`${FUTURE} Leave it out.`]],
    ['of a day that goes on', { ...loaded(NOW), readings: [{ clock: 'loadedAt', at: NOW + HOUR_MS, precision: 'day' }] }, []],
  ])('that tells a time %s warns of the future alone', async (_, probe, warnings) => {
    const { readings } = probe
    expect(await look(probe)).toMatchObject({ ok: true, readings, warnings, evidence: { method: 'run', costMs: 0 } })
  })

  it('that tells no time is none, and says why', async () => {
    expect(await look(loaded(null))).toMatchObject({ ok: false, publicMessage: 'No sync has succeeded.', lasting: 'no-time' })
  })
})
