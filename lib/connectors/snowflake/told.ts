import { createHash } from 'node:crypto'
import type { ClockReading, Observation } from '#lib/connectors/kit/connector.ts'
import { withoutEnd } from '#lib/connectors/kit/sql/told-statement.ts'
import {
  clocksTold,
  type GoodLook,
  hasToldClocks,
  inFuture,
  noZone,
  type Told,
  toldDetail,
  untold,
  whyNotOneTime,
  withTold,
} from '#lib/connectors/kit/told-clocks.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { APART_MIN_MS } from '#lib/domain/freshness/second-look.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Cell } from './answers.ts'
import { creditsInWords } from './budget.ts'
import { type KeptTold, parseSpent, parseTold } from './look-state.ts'
import { type BadLook, failed, type Round, usedUp, type Wanted } from './looked.ts'
import { isOfStatement } from './newest.ts'
import { codeOf } from './problems.ts'
import { readDay, readInstant, readWallTime, type TimeValue } from './read-value.ts'

/** An asset some clocks of which statements tell, and what was seen of it besides. */
interface Job {
  wanted: Wanted
  seen: GoodLook
  /** What was asked; another question makes what was told before worthless. */
  about: string
}

/** So many statements at a time: each waits for the warehouse. */
const AT_ONCE = 8
const YEAR_1_ENDS: Instant = Date.parse('0002-01-01T00:00:00Z')

/** Adds to what was seen of assets what their statements tell. Nothing tells that what they read has moved, so they are run as often as views are read. */
export async function* readToldClocks(
  round: Round,
  looks: AsyncIterable<Observation>,
  group: readonly Wanted[],
): AsyncGenerator<Observation> {
  const { connection, budget } = round
  const told = new Map(group.filter(({ settings }) => hasToldClocks(settings)).map((one) => [one.asset.key, one]))
  const due: Job[] = []
  for await (const seen of looks) {
    const wanted = told.get(seen.assetKey)
    if (wanted === undefined || !seen.ok) yield seen
    else {
      const job = { wanted, seen, about: aboutOf(round, wanted) }
      const standing = asBefore(round, job)
      if (standing === null) due.push(job)
      else yield standing
    }
  }
  while (due.length > 0 && !budget.isUsedUp()) {
    const some = due.splice(0, AT_ONCE)
    const answers = await Promise.all(some.map(({ wanted }) => tellAll(round, wanted)))
    for (const [at, job] of some.entries()) yield toObservation(round, job, answers[at] ?? [])
  }
  const words = usedUp(connection.settings, 'Its statements were not run.')
  yield* due.map((job) => keepingAccount(job, failed(job.wanted.asset.key, words)))
}

function aboutOf({ database }: Round, { settings, zone }: Wanted): string {
  const asked = JSON.stringify([database, clocksTold(settings).map((clock) => [clock, settings[clock]?.sql]), zone ?? null])
  return createHash('sha256').update(asked).digest('base64url').slice(0, 16)
}

/** What was told not long ago stands; null: it is time to ask again. */
function asBefore({ connection }: Round, job: Job): Observation | null {
  const { wanted, seen, about } = job
  const before = parseTold(wanted.asset.previous)
  const { clock, settings } = connection
  if (before?.about !== about || clock.now() - before.readAt >= settings.readViewsEvery) return null
  const often = `It is run every ${formatDuration(settings.readViewsEvery)}, and was not so long ago.`
  if (before.failure !== undefined) {
    const { since, publicMessage, ...failure } = before.failure
    // It is believed once a second try has failed alike.
    if (before.readAt - since < APART_MIN_MS) return null
    return keepingAccount(job, { ok: false, assetKey: seen.assetKey, publicMessage: `${publicMessage} ${often}`, ...failure })
  }
  const answers = before.readings.map((reading, at): Told => {
    const evidence = { method: 'statement', strength: 'strong' as const, detail: `${toldDetail(reading.clock)} ${often}`, costMs: 0 }
    return { ok: true, clock: reading.clock, reading: { ...reading, evidence }, warnings: at === 0 ? before.warnings : [] }
  })
  const more = withTold(seen, answers)
  return 'look' in more ? { ...more.look, state: { ...seen.state, told: before } } : null
}

function toObservation({ connection, budget }: Round, job: Job, answers: readonly Told[]): Observation {
  const { wanted, seen, about } = job
  const more = withTold(seen, answers)
  const readAt = connection.clock.now()
  if (!('look' in more)) {
    const one = keepingAccount(job, more)
    return { ...one, state: { ...(one.state ?? wanted.asset.previous), told: toldNothing(job, more, readAt) } }
  }
  const told: KeptTold = { about, readAt, readings: more.own, warnings: more.ownWarnings }
  return { ...more.look, state: { ...seen.state, told, ...budget.spentOf(parseSpent(seen.state)) } }
}

/** Why its statements told nothing, as it is kept. */
function toldNothing({ wanted, about }: Job, { publicMessage, message, lasting }: BadLook, readAt: Instant): KeptTold {
  const told = parseTold(wanted.asset.previous)
  const before = told?.about === about ? told.failure : undefined
  const since = before !== undefined && before.lasting === lasting ? before.since : readAt
  return { about, readAt, readings: [], warnings: [], failure: { since, publicMessage, message, lasting } }
}

/** A look that failed in the end remembers nothing of what was seen but what that cost. */
export function keepingAccount({ wanted, seen }: Pick<Job, 'wanted' | 'seen'>, one: BadLook): BadLook {
  const spent = parseSpent(seen.state)
  return spent === null ? one : { ...one, state: { ...wanted.asset.previous, spent } }
}

async function tellAll(round: Round, { settings, zone }: Wanted): Promise<Told[]> {
  const all: Told[] = []
  for (const clock of clocksTold(settings)) all.push(await tell(round, clock, settings[clock]?.sql ?? '', zone))
  return all
}

/** A statement as it can stand within another one, which gives so many of its rows. */
export const statementWithin = (sql: string, rows: number) => `select * from (\n${withoutEnd(sql)}\n) limit ${rows}`

async function tell(
  { connection, api, budget, database }: Round,
  clock: JudgedClock,
  sql: string,
  zone: string | undefined,
): Promise<Told> {
  const { signal, clock: ours } = connection
  try {
    const asked = { sql: statementWithin(sql, 2), database }
    const { value, cost } = await budget.during(api.table(asked, signal))
    const told = toTold(clock, value, zone, ours.now())
    if (!told.ok) return told
    const detail = `${toldDetail(clock)} It took the warehouse at most ${creditsInWords(cost.credits)}.`
    return { ...told, reading: { ...told.reading, evidence: { method: 'statement', strength: 'strong', detail, costMs: cost.ms } } }
  } catch (error) {
    if (!isOfStatement(error)) throw error
    return toFailure(clock, error)
  }
}

/** How a value of a type of the SQL API reads as a time. */
export const READERS: Readonly<Record<string, (text: string, zone: string) => TimeValue | null>> = {
  timestamp_ltz: readInstant,
  timestamp_tz: readInstant,
  timestamp_ntz: readWallTime,
  date: readDay,
}

function toTold(
  clock: JudgedClock,
  { columns, rows }: { columns: readonly { type: string }[]; rows: readonly (readonly Cell[])[] },
  zone: string | undefined,
  now: Instant,
): Told {
  const why = whyNotOneTime(
    columns.map(({ type }) => type in READERS),
    rows.length,
  )
  if (why !== null) return untold(clock, why)
  const text = rows[0]?.[0] ?? null
  if (text === null) return { ok: true, clock, reading: { clock, at: null, precision: 'instant' }, warnings: [] }
  const time = READERS[columns[0]?.type ?? '']?.(text, zone ?? 'UTC') ?? null
  if (time === null) return untold(clock, 'gives what does not read as a time')
  if (time.at < YEAR_1_ENDS) return untold(clock, 'gives the year 1, which stands for "no time"')
  const reading: ClockReading = { clock, at: time.at, precision: time.precision, ...(time.orAt !== null && { orAt: time.orAt }) }
  const isAhead = time.precision === 'instant' && isFuture(time.at, now)
  const warnings = [...(time.isWallTime && zone === undefined ? [noZone(clock)] : []), ...(isAhead ? [inFuture(clock)] : [])]
  return { ok: true, clock, reading, warnings }
}

const WHY: Record<string, string> = {
  '000904': 'names a column that is not there',
  '001003': 'does not read as SQL',
  '001007': 'is no condition, or compares what does not fit',
  '002003': 'names what is not there, or what the role may not see: GRANT USAGE on its database and schema, and SELECT on it',
  '002140': 'calls a function that is not there',
  '003001': 'reads what the role may not: GRANT SELECT on it',
}

/** Why a statement could not be carried out; nothing of what Snowflake said: it quotes the statement, and values. */
export function whyNotCarriedOut(error: unknown): string {
  const isTimeout = isTidemarkError(error) && error.code === 'timeout'
  return isTimeout ? 'took too long' : (WHY[codeOf(error)] ?? 'was refused by Snowflake')
}

function toFailure(clock: JudgedClock, error: unknown): Told {
  const isOfTheMoment = isTidemarkError(error) && error.retryable
  const lasting = isTidemarkError(error) && error.lasting === 'refused' ? 'refused' : 'no-time'
  return untold(clock, whyNotCarriedOut(error), isOfTheMoment ? null : lasting, codeOf(error))
}
