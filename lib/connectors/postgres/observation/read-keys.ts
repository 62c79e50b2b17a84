import { z } from 'zod'
import type { Connection, Observation } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import type { GoodLook } from '#lib/connectors/kit/told-clocks.ts'
import { overOpen, type ProbeAnswer, type ProbeJob, probeAll } from '#lib/connectors/postgres/probe.ts'
import { sqlStateOf, toLasting } from '#lib/connectors/postgres/problems.ts'
import { readInstant, TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { Session } from '#lib/connectors/postgres/session.ts'
import type { PostgresAsset, PostgresSettings } from '#lib/connectors/postgres/settings.ts'
import { quoteIdentifier, quoteTable, type TablePath } from '#lib/connectors/postgres/table-path.ts'
import { type FoundKey, KEY_LENGTH_MAX, NO_TIMES, seenKeys, type WrittenKeys } from '#lib/domain/coverage/found-keys.ts'
import { KEYS_MAX, resolveKeyPromise } from '#lib/domain/coverage/key-promise.ts'
import { CLOCK_SKEW_MAX_MS, DAY_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { offsetAt } from '#lib/domain/time/zone.ts'
import { failed } from './observation.ts'
import { isOfTheMoment, whyRefused } from './read-statements.ts'

/** A table of which the newest row of each key is wanted, and what was seen of it besides. */
export interface KeyJob extends WantedKeys {
  seen: GoodLook
}

export interface WantedKeys {
  path: TablePath
  settings: PostgresAsset
  expect: WrittenKeys
  column: string
}

const TIMES: readonly number[] = [TYPE.date, TYPE.timestamp, TYPE.timestamptz]

/** A text as SQL, also where a backslash would escape something. */
const literal = (text: string) => `${text.includes('\\') ? 'E' : ''}'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** An instant with the offset of its zone: a column with zones reads it as the instant, one without as what the clock on the wall shows there, one of dates as its day. */
function momentIn(at: Instant, zone: string): string {
  const minutes = Math.round(offsetAt(at, zone) / MINUTE_MS)
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) => String(part).padStart(2, '0'))
  const wall = new Date(at + minutes * MINUTE_MS).toISOString().slice(0, -1)
  return literal(`${wall}${minutes < 0 ? '-' : '+'}${hours}:${rest}`)
}

const zoneOf = ({ settings }: WantedKeys, pageZone: string | undefined) => settings.zone ?? pageZone ?? 'UTC'

/**
 * One statement: each key with its newest time as text and the type of that, newest first, and no more than anybody could use. Rows that lie ahead are left out, those of
 * today are not, and those before the look back are.
 */
export function keysStatement(wanted: WantedKeys, pageZone: string | undefined, now: Instant): string {
  const { path, settings, expect, column } = wanted
  const { withinMs } = resolveKeyPromise(expect, 'UTC')
  const [time, key] = [quoteIdentifier(column), quoteIdentifier(expect.key)]
  // Without a cast these are read as what the column is.
  const moment = (at: Instant) => momentIn(at, zoneOf(wanted, pageZone))
  const conditions = [
    `${key} is not null`,
    `${time} >= ${moment(now - withinMs - DAY_MS)}`,
    `${time} <= ${moment(now + CLOCK_SKEW_MAX_MS)}`,
    ...(expect.of === 'seen' ? [] : [`${key} in (${expect.of.map(literal).join(', ')})`]),
    ...(settings.where === undefined ? [] : [`(\n${settings.where}\n)`]),
  ]
  const found = `max(${time})::text as v, min(pg_typeof(${time})::oid::int) as t
    from ${quoteTable(path)} where ${conditions.join(' and ')}
    group by 1 order by max(${time}) desc limit ${KEYS_MAX + 1}`
  if (expect.of === 'seen')
    return `select json_agg(json_build_array(k, v, t))::text from (select left(${key}::text, ${KEY_LENGTH_MAX + 1}) as k, ${found}) found`
  // A name without a cast is read as what the column is: 5 is 5.00 there. Each that is equal is found, as it is written.
  const names = expect.of.map((name) => `case when k = ${literal(name)} then ${literal(name)} end`)
  return `select json_agg(json_build_array(name, v, t))::text from (select ${key} as k, ${found}) found, unnest(array[${names.join(', ')}]) as name
    where name is not null`
}

const foundSchema = z.array(z.tuple([z.string(), z.string(), z.int()])).nullable()

function toObservation(job: KeyJob, text: string | null, pageZone: string | undefined, now: Instant): Observation {
  const { seen, settings, expect } = job
  const refuse = (words: string) => failed(seen.assetKey, words, words, 'no-time')
  const found = foundSchema.parse(JSON.parse(text ?? 'null')) ?? []
  if (found.some(([, , type]) => !TIMES.includes(type))) return refuse(NO_TIMES)
  const read = found.map(([key, value, type]): FoundKey => {
    const time = readInstant(value, type, zoneOf(job, pageZone), now)
    return { key, time: time.ok && time.at !== null ? { at: time.at, precision: time.precision } : null }
  })
  const keys = seenKeys(expect, settings.clock, read, now)
  return typeof keys === 'string' ? refuse(keys) : { ...seen, keys }
}

function answerOf(answer: ProbeAnswer<KeyJob>, connection: Connection<PostgresSettings>): Observation {
  const { job } = answer
  if (answer.ok) return toObservation(job, answer.row.values[0] ?? null, connection.settings.zone, connection.clock.now())
  const { assetKey } = job.seen
  if (answer.brokeLine) return failed(assetKey, 'The line broke while its keys were read.')
  const { error } = answer
  const lasting = toLasting(error) ?? 'no-time'
  // Nothing of what the server said: it quotes the statement, and values.
  const words = `What reads the newest rows of each ${job.expect.key} ${whyRefused(error)}.`
  return failed(assetKey, words, `${words} ${sqlStateOf(error)}`.trim(), isOfTheMoment(error) ? undefined : lasting)
}

async function* readKeys(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  jobs: readonly KeyJob[],
): AsyncGenerator<Observation[]> {
  const now = connection.clock.now()
  const asked = jobs.map(
    (job): ProbeJob<KeyJob> => ({ job, text: keysStatement(job, connection.settings.zone, now), heavy: true, isReadOnly: true }),
  )
  for await (const answer of probeAll(connection, lines, session, asked)) yield [answerOf(answer, connection)]
}

interface LookedAt {
  wanted: readonly { asset: { key: string }; settings: PostgresAsset; path: TablePath }[]
  seen: AsyncIterable<Observation[]>
}

/** Adds to what was seen of tables the newest row of each key that is promised something of, by one statement a table; where that fails nothing of it was seen. */
export async function* withKeys(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  { wanted, seen }: LookedAt,
): AsyncGenerator<Observation[]> {
  const keyed = new Map(wanted.filter(({ settings }) => settings.expect !== undefined).map((one) => [one.asset.key, one]))
  const jobs: KeyJob[] = []
  for await (const some of seen) {
    const whole = some.filter((one) => {
      const own = keyed.get(one.assetKey)
      const { expect, column } = own?.settings ?? {}
      if (own === undefined || expect === undefined || column === undefined || !one.ok || one.isSame === true) return true
      jobs.push({ path: own.path, settings: own.settings, expect, column, seen: one })
      return false
    })
    yield whole
  }
  yield* overOpen(connection, lines, session, jobs, (line, asked) => readKeys(connection, lines, line, asked))
}
