import type { Connection, Observation } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { type ProbeAnswer, type ProbeJob, probeAll } from '#lib/connectors/postgres/probe.ts'
import { isElsewhere, isLineBroken, sqlStateOf, toLasting, toStatementWords } from '#lib/connectors/postgres/problems.ts'
import type { Session } from '#lib/connectors/postgres/session.ts'
import type { PostgresSettings } from '#lib/connectors/postgres/settings.ts'
import { fromCounters } from './from-counters.ts'
import { failed, type Probed } from './observation.ts'
import { readRowsAnswer, rowsStatement, seenBefore, whyNotAsked } from './rows-seen.ts'

/** Most rows one sweep reads to find out who wrote them, small tables first; the rest is judged by its counters. */
const MOST_ROWS = 20_000_000
const MANY_ROWS = 100_000

const ORIGIN = `
select s.system_identifier::text || '/' || c.timeline_id as origin from pg_control_system() s, pg_control_checkpoint() c`

/** The cluster and its timeline: snapshots of another mean nothing here. Null: the account may not ask. */
async function readOrigin(session: Session): Promise<string | null> {
  const rows = await session.rows<{ origin: string }>(ORIGIN).catch(async (error: unknown) => {
    if (isLineBroken(error) || !(await session.isAlive())) throw error
    return []
  })
  return rows[0]?.origin ?? null
}

const rowsOf = ({ table }: Probed) => Math.max(table.estimatedRows, table.liveRows)

function withinBudget(toAsk: readonly Probed[]): { asked: Probed[]; left: Probed[] } {
  const asked: Probed[] = []
  const left: Probed[] = []
  let rows = 0
  for (const probed of toAsk.toSorted((a, b) => rowsOf(a) - rowsOf(b))) {
    rows += rowsOf(probed)
    if (rows <= MOST_ROWS) asked.push(probed)
    else left.push(probed)
  }
  return { asked, left }
}

function toJob(probed: Probed): ProbeJob<Probed> {
  const text = rowsStatement(probed.path, probed.table, seenBefore(probed.previous, probed.about))
  return { job: probed, text, heavy: rowsOf(probed) > MANY_ROWS }
}

/** Locked (the next probe asks again), or a materialised view that is not filled, or gone. */
const NO_ANSWER: readonly string[] = ['55P03', '55000', '42P01']

function toObservation(answer: ProbeAnswer<Probed>, origin: string | null): Observation {
  const probed = { ...answer.job, costMs: answer.job.costMs + answer.costMs }
  if (answer.ok) {
    const probe = readRowsAnswer(answer.row, seenBefore(probed.previous, probed.about), origin)
    return fromCounters(probed, { probe, why: null })
  }
  const words = toStatementWords(answer.error)
  const state = sqlStateOf(answer.error)
  if (answer.brokeLine) return failed(probed.asset.key, 'The line broke while it was being read.', words.message)
  if (NO_ANSWER.includes(state) || isElsewhere(answer.error)) {
    return failed(probed.asset.key, words.publicMessage, words.message, toLasting(answer.error))
  }
  const why = state === '57014' ? 'reading its rows took too long' : 'the server does not tell who wrote its rows'
  return fromCounters(probed, { probe: null, why })
}

/** Asks tables without a time column whose counters moved, or whose rows were never read: one small statement each. */
export async function* readByRows(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  moved: readonly Probed[],
): AsyncGenerator<Observation> {
  const toAsk: Probed[] = []
  for (const probed of moved) {
    const why = whyNotAsked(probed.table)
    if (why === null) toAsk.push(probed)
    else yield fromCounters(probed, { probe: null, why })
  }
  if (toAsk.length === 0) return
  const { asked, left } = withinBudget(toAsk)
  for (const probed of left) yield fromCounters(probed, { probe: null, why: 'too many rows were written elsewhere to read them all' })
  const origin = await readOrigin(session)
  for await (const answer of probeAll(connection, lines, session, asked.map(toJob))) yield toObservation(answer, origin)
}
