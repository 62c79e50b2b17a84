import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { ClockReading, Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { type ProbeAnswer, type ProbeJob, probeAll } from '#lib/connectors/postgres/probe.ts'
import { isElsewhere, sqlStateOf, toLasting } from '#lib/connectors/postgres/problems.ts'
import { readInstant, TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { FirstRow, Session } from '#lib/connectors/postgres/session.ts'
import type { PostgresAsset, PostgresSettings } from '#lib/connectors/postgres/settings.ts'
import { JUDGED_CLOCKS, type JudgedClock, type LastingReason } from '#lib/domain/freshness/facts.ts'
import { isFuture } from '#lib/domain/time/instant.ts'
import { failed } from './observation.ts'

type GoodLook = Extract<Observation, { ok: true }>

/** An asset some clocks of which statements tell, and what was seen of it besides. */
export interface StatementJob {
  asset: ObservedAsset
  settings: PostgresAsset
  seen: GoodLook
}

interface Failure {
  words: string
  lasting: LastingReason | undefined
  code: string
}

type Told = { clock: JudgedClock } & ({ ok: true; reading: ClockReading; warnings: string[] } | ({ ok: false } & Failure))

function clocksOf(settings: PostgresAsset): JudgedClock[] {
  return JUDGED_CLOCKS.filter((clock) => settings[clock] !== undefined)
}

/** Whether statements tell some of its clocks. */
export function hasStatements(settings: PostgresAsset): boolean {
  return clocksOf(settings).length > 0
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
}
const ELSEWHERE = 'reads data that lie on another server, which cannot be reached from this one or refuses it'

/** Another try may be good: who is locked out or broken off, a server that has too little, stumbles, or cannot reach the one behind a foreign table. */
const OF_THE_MOMENT = /^(08|40|53|55P03|57|58|HV|XX)/

/** Nothing of what the server said: it quotes the statement, and values. */
function toFailure(clock: JudgedClock, error: unknown): Told {
  const code = sqlStateOf(error)
  const why = WHY[code] ?? (isElsewhere(error) ? ELSEWHERE : 'was refused by the database')
  const lasting = toLasting(error) === 'refused' ? 'refused' : 'no-time'
  return { ok: false, clock, words: `The statement of ${clock} ${why}.`, code, lasting: OF_THE_MOMENT.test(code) ? undefined : lasting }
}

function toTold(clock: JudgedClock, { values, types, rows }: FirstRow, zone: string | undefined, now: number): Told {
  const no = (why: string): Told => ({ ok: false, clock, words: `The statement of ${clock} ${why}.`, code: '', lasting: 'no-time' })
  const [type, ...others] = types
  if (type === undefined || others.length > 0) return no(`gives ${types.length} columns; let it give one`)
  if (!TIMES.includes(type)) return no('gives no time or date; cast what it gives to timestamptz or date')
  if (rows > 1) return no('gives several rows; let it give the newest alone')
  const time = readInstant(values[0] ?? null, type, zone ?? 'UTC', now)
  if (!time.ok) return no(time.problem)
  const warnings = [...time.warnings]
  if (time.wallClock && zone === undefined)
    warnings.push(`What the statement of ${clock} gives tells no zone; it is taken as UTC. Set the asset’s zone, or the connection’s.`)
  if (time.at !== null && time.precision === 'instant' && isFuture(time.at, now) && time.warnings.length === 0)
    warnings.push(`What the statement of ${clock} gives lies in the future; it is kept, but not judged.`)
  const reading = { clock, at: time.at, precision: time.precision, ...(time.orAt !== null && { orAt: time.orAt }) }
  return { ok: true, clock, reading, warnings }
}

interface Asked {
  job: StatementJob
  clock: JudgedClock
}

/** Nobody knows what it costs, so it has a connection to itself. */
function toProbeJob(job: StatementJob, clock: JudgedClock): ProbeJob<Asked> {
  const sql = (job.settings[clock]?.sql ?? '').replace(/;\s*$/, '')
  return { job: { job, clock }, text: `select * from (\n${sql}\n) as told limit 2`, heavy: true, isReadOnly: true }
}

function tell(answer: ProbeAnswer<Asked>, { clock: ours, settings }: Connection<PostgresSettings>): Told {
  const { job, clock } = answer.job
  if (!answer.ok && answer.brokeLine)
    return { ok: false, clock, words: `The line broke while the statement of ${clock} was run.`, code: '', lasting: undefined }
  if (!answer.ok) return toFailure(clock, answer.error)
  const told = toTold(clock, answer.row, job.settings.zone ?? settings.zone, ours.now())
  if (!told.ok) return told
  const detail = `What the statement of ${clock} in the catalogue gives.`
  return { ...told, reading: { ...told.reading, evidence: { method: 'statement', strength: 'strong', detail, costMs: answer.costMs } } }
}

const toldBefore = z.object({ told: z.array(z.unknown()) })

/** One clock that cannot be told is no look at all: taken for known, it would stand still and turn late. */
function toObservation({ asset, seen }: StatementJob, answers: readonly Told[]): Observation {
  const all = JUDGED_CLOCKS.flatMap((clock) => answers.filter((one) => one.clock === clock))
  const bad = all.filter((one) => !one.ok)
  const [first] = bad
  if (first !== undefined) {
    const words = bad.map((one) => one.words).join(' ')
    const { lasting } = bad.find((one) => one.lasting === undefined) ?? first
    return failed(asset.key, words, `${words} ${bad.map(({ code }) => code).join(' ')}`.trim(), lasting)
  }
  const good = all.filter((one) => one.ok)
  const own = good.map(({ reading }) => reading)
  const warnings = [...seen.warnings, ...good.flatMap((one) => one.warnings)]
  const told = [...own.map(({ evidence, ...reading }) => reading), ...warnings]
  const before = toldBefore.safeParse(asset.previous)
  const isAsTold = before.success && isDeepStrictEqual(before.data.told, told)
  const readings = [...seen.readings, ...own]
  const evidence = seen.readings.length === 0 ? (own[0]?.evidence ?? seen.evidence) : seen.evidence
  return { ...seen, readings, evidence, warnings, state: { ...seen.state, told }, isSame: seen.isSame !== false && isAsTold }
}

/** Adds to what the columns of assets told what their statements tell. */
export async function* readByStatements(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  jobs: readonly StatementJob[],
): AsyncGenerator<Observation> {
  const asked = jobs.flatMap((job) => clocksOf(job.settings).map((clock) => toProbeJob(job, clock)))
  const told = new Map(jobs.map((job) => [job, [] as Told[]]))
  for await (const answer of probeAll(connection, lines, session, asked)) {
    const { job } = answer.job
    const own = told.get(job) ?? []
    own.push(tell(answer, connection))
    if (own.length === clocksOf(job.settings).length) yield toObservation(job, own)
  }
}
