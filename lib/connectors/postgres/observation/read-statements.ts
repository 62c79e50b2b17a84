import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
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
import { overOpen, type ProbeAnswer, type ProbeJob, probeAll } from '#lib/connectors/postgres/probe.ts'
import { isElsewhere, sqlStateOf, toLasting } from '#lib/connectors/postgres/problems.ts'
import { readInstant, TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { FirstRow, Session } from '#lib/connectors/postgres/session.ts'
import type { PostgresAsset, PostgresSettings } from '#lib/connectors/postgres/settings.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { isFuture } from '#lib/domain/time/instant.ts'

/** An asset some clocks of which statements tell, and what was seen of it besides. */
interface StatementJob {
  asset: ObservedAsset
  settings: PostgresAsset
  seen: GoodLook
}

const TIMES: readonly number[] = [TYPE.date, TYPE.timestamp, TYPE.timestamptz]

const WHY: Record<string, string> = {
  '57014': 'took too long',
  '55P03': 'reads what is locked by somebody else’s work on its structure',
  '42501': 'reads what the account may not: GRANT SELECT on it, and USAGE on its schema',
  '42P01': 'names a table that is not there',
  '42703': 'names a column that is not there',
  '42601': 'does not read as SQL',
  '25006': 'would write something, which this connection never does',
  '42804': 'is no condition, or joins what is of different types',
  '42883': 'compares or calls what does not fit',
  '22003': 'names or holds a number that is out of the range of its type',
  '22007': 'holds a value that does not read as a time',
  '22P02': 'names or holds a value that does not read as its type',
}
const ELSEWHERE = 'reads data that lie on another server, which cannot be reached from this one or refuses it'

/** Another try may be good: who is locked out or broken off, a server that has too little, stumbles, or cannot reach the one behind a foreign table. */
const OF_THE_MOMENT = /^(08|40|53|55P03|57|58|HV|XX)/

export const isOfTheMoment = (error: unknown) => OF_THE_MOMENT.test(sqlStateOf(error))

/** Why the server did not carry out a statement or a condition. */
export function whyRefused(error: unknown): string {
  return WHY[sqlStateOf(error)] ?? (isElsewhere(error) ? ELSEWHERE : 'was refused by the database')
}

/** Nothing of what the server said: it quotes the statement, and values. */
function toFailure(clock: JudgedClock, error: unknown): Told {
  const lasting = toLasting(error) === 'refused' ? 'refused' : 'no-time'
  return untold(clock, whyRefused(error), isOfTheMoment(error) ? null : lasting, sqlStateOf(error))
}

/** Why columns of these types are not one time; null: they are. */
export function whyNotTime(types: readonly number[], rows: number): string | null {
  return whyNotOneTime(
    types.map((one) => TIMES.includes(one)),
    rows,
  )
}

function toTold(clock: JudgedClock, { values, types, rows }: FirstRow, zone: string | undefined, now: number): Told {
  const [type = 0] = types
  const why = whyNotTime(types, rows)
  if (why !== null) return untold(clock, why)
  const time = readInstant(values[0] ?? null, type, zone ?? 'UTC', now)
  if (!time.ok) return untold(clock, time.problem)
  const warnings = [...time.warnings]
  if (time.wallClock && zone === undefined) warnings.push(noZone(clock))
  if (time.at !== null && time.precision === 'instant' && isFuture(time.at, now) && time.warnings.length === 0)
    warnings.push(inFuture(clock))
  const reading = { clock, at: time.at, precision: time.precision, ...(time.orAt !== null && { orAt: time.orAt }) }
  return { ok: true, clock, reading, warnings }
}

interface Asked {
  job: StatementJob
  clock: JudgedClock
}

/** Nobody knows what it costs, so it has a connection to itself. */
function toProbeJob(job: StatementJob, clock: JudgedClock): ProbeJob<Asked> {
  return { job: { job, clock }, text: statementWithin(job.settings[clock]?.sql ?? '', 2), heavy: true, isReadOnly: true }
}

/** The statement of a clock as it is asked for its first rows. */
export function statementWithin(sql: string, rows: number): string {
  return `select * from (\n${withoutEnd(sql)}\n) as told limit ${rows}`
}

function tell(answer: ProbeAnswer<Asked>, { clock: ours, settings }: Connection<PostgresSettings>): Told {
  const { job, clock } = answer.job
  if (!answer.ok && answer.brokeLine) return brokenLine(clock)
  if (!answer.ok) return toFailure(clock, answer.error)
  const told = toTold(clock, answer.row, job.settings.zone ?? settings.zone, ours.now())
  if (!told.ok) return told
  const evidence = { method: 'statement', strength: 'strong' as const, detail: toldDetail(clock), costMs: answer.costMs }
  return { ...told, reading: { ...told.reading, evidence } }
}

const brokenLine = (clock: JudgedClock): Told => ({
  ok: false,
  clock,
  words: `The line broke while the statement of ${clock} was run.`,
  lasting: undefined,
  code: '',
})

const toldBefore = z.object({ told: z.array(z.unknown()) })

function toObservation({ asset, seen }: StatementJob, answers: readonly Told[]): Observation {
  const more = withTold(seen, answers)
  if (!('look' in more)) return more
  const { look, own, ownWarnings } = more
  const told = [...own, ...seen.warnings, ...ownWarnings]
  const before = toldBefore.safeParse(asset.previous)
  const isAsTold = before.success && isDeepStrictEqual(before.data.told, told)
  return { ...look, state: { ...seen.state, told }, isSame: seen.isSame !== false && isAsTold }
}

async function* readByStatements(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  jobs: readonly StatementJob[],
): AsyncGenerator<Observation[]> {
  const asked = jobs.flatMap((job) => clocksTold(job.settings).map((clock) => toProbeJob(job, clock)))
  const told = new Map(jobs.map((job) => [job, [] as Told[]]))
  for await (const answer of probeAll(connection, lines, session, asked)) {
    const { job } = answer.job
    const own = told.get(job) ?? []
    own.push(tell(answer, connection))
    if (own.length === clocksTold(job.settings).length) yield [toObservation(job, own)]
  }
}

interface LookedAt {
  wanted: readonly { asset: ObservedAsset; settings: PostgresAsset }[]
  seen: AsyncIterable<Observation[]>
}

/** Adds to what the columns of assets told what their statements tell. */
export async function* withStatements(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  { wanted, seen }: LookedAt,
): AsyncGenerator<Observation[]> {
  const told = new Map(wanted.filter(({ settings }) => hasToldClocks(settings)).map((one) => [one.asset.key, one]))
  const jobs: StatementJob[] = []
  for await (const some of seen) {
    const whole: Observation[] = []
    for (const one of some) {
      const own = told.get(one.assetKey)
      if (own === undefined || !one.ok) whole.push(one)
      else jobs.push({ asset: own.asset, settings: own.settings, seen: one })
    }
    yield whole
  }
  yield* overOpen(connection, lines, session, jobs, (line, asked) => readByStatements(connection, lines, line, asked))
}
