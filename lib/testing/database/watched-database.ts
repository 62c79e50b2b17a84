import { Client } from 'pg'
import type { Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { type PostgresSettings, postgresSettingsSchema } from '#lib/connectors/postgres/settings.ts'
import postgres from '#lib/connectors/postgres.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { type Clock, systemClock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { countWrites } from './count-writes.ts'
import { createTestDatabase } from './database.ts'

export interface WatchedDatabase {
  url: string
  sql(text: string): Promise<void>
  session(): Promise<Client>
  connection(settings?: Partial<PostgresSettings>, clock?: Clock): Connection<PostgresSettings>
  /** Probes one table; the state of `previous` is handed back to the connector. */
  probe(path: string, settings?: Record<string, unknown>, options?: ProbeOptions): Promise<Observation>
  drop(): Promise<void>
}

interface ProbeOptions {
  previous?: Observation
  connection?: Partial<PostgresSettings>
  clock?: Clock
  look?: number
}

export function anAsset(path: string, settings: Record<string, unknown> = {}, previous?: Observation): ObservedAsset {
  return { key: `db/${path}`, path, settings, previous: previous?.ok === true ? previous.state : null }
}

export async function createWatchedDatabase(): Promise<WatchedDatabase> {
  const database = await createTestDatabase({ empty: true })
  const sessions: Client[] = []
  const session = async () => {
    const client = new Client({ connectionString: database.url })
    await client.connect()
    sessions.push(client)
    return client
  }
  const owner = await session()
  const connection: WatchedDatabase['connection'] = (settings = {}, clock = systemClock) => ({
    key: 'db',
    settings: { ...postgresSettingsSchema.parse({ url: database.url }), ...settings },
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return {
    url: database.url,
    session,
    connection,
    async sql(text) {
      await owner.query(text)
      await countWrites(owner)
    },
    async probe(path, settings = {}, options = {}) {
      const asset = anAsset(path, settings, options.previous)
      const observations = await Array.fromAsync(
        askOnce(postgres).observe(
          { ...connection(options.connection, options.clock), ...(options.look !== undefined && { look: options.look }) },
          [asset],
        ),
      )
      const [first] = observations
      if (first === undefined || observations.length > 1) throw new Error(`${observations.length} observations of one asset`)
      return first
    },
    async drop() {
      for (const client of sessions) await client.end()
      await database.drop()
    },
  }
}

export function good(observation: Observation): Extract<Observation, { ok: true }> {
  if (!observation.ok) throw new Error(`expected a good observation, but: ${observation.message}`)
  return observation
}

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
