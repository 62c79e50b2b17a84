import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { ClockReading, Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { isLineBroken, sqlStateOf, toLasting } from '#lib/connectors/postgres/problems.ts'
import { readInstant, TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { Session, TextTable } from '#lib/connectors/postgres/session.ts'
import type { PostgresAsset, PostgresSettings } from '#lib/connectors/postgres/settings.ts'
import { JUDGED_CLOCKS, type JudgedClock, type LastingReason } from '#lib/domain/freshness/facts.ts'
import { isFuture } from '#lib/domain/time/instant.ts'
import { failed } from './observation.ts'

/** So many statements are under way at a time. */
const AT_ONCE = 16

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

type Told = { ok: true; reading: ClockReading; warnings: string[] } | ({ ok: false } & Failure)

/** Whether statements tell some of its clocks. */
export function hasStatements(settings: PostgresAsset): boolean {
  return JUDGED_CLOCKS.some((clock) => settings[clock] !== undefined)
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
/** Another try may be good. */
const OF_THE_MOMENT: readonly string[] = ['57014', '55P03', '53200', '53300', '40001', '40P01']

/** Nothing of what the server said: it quotes the statement, and values. */
function toFailure(clock: JudgedClock, error: unknown): Told {
  const code = sqlStateOf(error)
  const why = WHY[code] ?? 'was refused by the database'
  const lasting = toLasting(error) === 'refused' ? 'refused' : 'no-time'
  return {
    ok: false,
    words: `The statement of ${clock} ${why}.`,
    code,
    lasting: OF_THE_MOMENT.includes(code) ? undefined : lasting,
  }
}

function toTold(clock: JudgedClock, { columns, rows }: TextTable, zone: string | undefined, now: number): Told {
  const no = (why: string): Told => ({ ok: false, words: `The statement of ${clock} ${why}.`, code: '', lasting: 'no-time' })
  const [column, ...others] = columns
  if (column === undefined || others.length > 0) return no(`gives ${columns.length} columns; let it give one`)
  if (!TIMES.includes(column.type)) return no('gives no time or date; cast what it gives to timestamptz or date')
  if (rows.length > 1) return no('gives several rows; let it give the newest alone')
  const time = readInstant(rows[0]?.[0] ?? null, column.type, zone ?? 'UTC', now)
  if (!time.ok) return no(time.problem)
  const warnings = [...time.warnings]
  if (time.wallClock && zone === undefined)
    warnings.push(`What the statement of ${clock} gives tells no zone; it is taken as UTC. Set the asset’s zone, or the connection’s.`)
  if (time.at !== null && time.precision === 'instant' && isFuture(time.at, now) && time.warnings.length === 0)
    warnings.push(`What the statement of ${clock} gives lies in the future; it is kept, but not judged.`)
  const reading = { clock, at: time.at, precision: time.precision, ...(time.orAt !== null && { orAt: time.orAt }) }
  return { ok: true, reading, warnings }
}

async function ask(
  { clock: ours, settings: { zone } }: Connection<PostgresSettings>,
  session: Session,
  job: StatementJob,
  clock: JudgedClock,
): Promise<Told> {
  const sql = (job.settings[clock]?.sql ?? '').replace(/;\s*$/, '')
  const since = ours.now()
  try {
    const table = await session.readOnly(`select * from (\n${sql}\n) as told limit 2`)
    const now = ours.now()
    const told = toTold(clock, table, job.settings.zone ?? zone, now)
    if (!told.ok) return told
    const detail = `What the statement of ${clock} in the catalogue gives.`
    return { ...told, reading: { ...told.reading, evidence: { method: 'statement', strength: 'strong', detail, costMs: now - since } } }
  } catch (error) {
    if (isLineBroken(error) || !(await session.isAlive())) throw error
    return toFailure(clock, error)
  }
}

const toldBefore = z.object({ told: z.array(z.unknown()) })

/** One clock that cannot be told is no look at all: taken for known, it would stand still and turn late. */
function toObservation({ asset, seen }: StatementJob, all: readonly Told[]): Observation {
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
  session: Session,
  jobs: readonly StatementJob[],
): AsyncGenerator<Observation> {
  for (let from = 0; from < jobs.length; from += AT_ONCE) {
    const some = jobs.slice(from, from + AT_ONCE)
    const told = await Promise.all(
      some.map((job) =>
        Promise.all(
          JUDGED_CLOCKS.filter((clock) => job.settings[clock] !== undefined).map((clock) => ask(connection, session, job, clock)),
        ),
      ),
    )
    for (const [at, job] of some.entries()) yield toObservation(job, told[at] ?? [])
  }
}
