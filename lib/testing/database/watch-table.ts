import type { Observation } from '#lib/connectors/kit/connector.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { good, type WatchedDatabase } from './watched-database.ts'

interface TableProbe {
  seen: 'arrival' | 'as before' | 'empty' | 'no time'
  detail: string
}

const START: Instant = Date.parse('2026-11-20T12:00Z')

/** Probes one table, each time five minutes after the last. */
export function watchTable(db: WatchedDatabase, path: string): () => Promise<TableProbe> {
  const clock = new FakeClock(START)
  let previous: Observation | undefined
  return async () => {
    clock.set(clock.now() + 5 * MINUTE_MS)
    const observation = good(await db.probe(path, {}, previous === undefined ? { clock } : { clock, previous }))
    previous = observation
    return { seen: seenIn(observation.readings[0]?.at, clock.now()), detail: observation.evidence.detail }
  }
}

function seenIn(at: Instant | null | undefined, now: Instant): TableProbe['seen'] {
  if (at === undefined) return 'no time'
  if (at === null) return 'empty'
  return at === now ? 'arrival' : 'as before'
}
