import type { Connection, Observation } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { overOpen, type ProbeAnswer, type ProbeJob, probeAll } from '#lib/connectors/postgres/probe.ts'
import { sqlStateOf, toLasting, toStatementWords } from '#lib/connectors/postgres/problems.ts'
import type { Session } from '#lib/connectors/postgres/session.ts'
import type { PostgresSettings } from '#lib/connectors/postgres/settings.ts'
import { fromColumns } from './from-columns.ts'
import type { ColumnState } from './metadata.ts'
import { foldedStatement, newestStatement, type Question, questionFor, readFolded, readNewest } from './newest-statement.ts'
import { failed, type Probed } from './observation.ts'

const MANY_ROWS = 100_000
/** So many tables are asked in one statement. */
const FOLD = 64

/** A table whose columns are to be read, and how they can be. */
export interface ColumnJob {
  probed: Probed
  columns: ColumnState[]
}

interface Asked extends ColumnJob {
  questions: Question[]
  text: string
  /** It takes its time, so it has a connection to itself. */
  heavy: boolean
  /** Where no index spares that. */
  scannedRows: number
}

function toAsked({ probed, columns }: ColumnJob): Asked {
  const rows = Math.max(probed.table.estimatedRows, probed.table.liveRows)
  const questions = columns.map((column) => questionFor(column, rows))
  const asked = probed.columns.map(({ name }, slot) => ({ name, question: questions[slot] ?? 'greatest' }))
  const indexed = columns.every((column) => column.indexed) && probed.settings.where === undefined
  return {
    probed,
    columns,
    questions,
    text: newestStatement(probed.path, asked, probed.settings.where),
    heavy: !indexed && (rows > MANY_ROWS || probed.table.kind !== 'r'),
    scannedRows: indexed && !questions.includes('last-of-each-form') ? 0 : rows,
  }
}

/** It has a condition, which may fail by its rows; or partitions, each of which takes a lock and those of its indexes in the server's one table of them. */
function isApart({ heavy, probed: { settings, table } }: Asked): boolean {
  return heavy || settings.where !== undefined || table.hasChildren || table.kind === 'p'
}

/** A statement of its own for what is heavy or apart; all else is folded, as far as what has to be read whole is no more than one statement may read. */
function fold(all: readonly Asked[]): Asked[][] {
  const folds: Asked[][] = []
  let rows = 0
  for (const one of all.filter((asked) => !isApart(asked))) {
    const last = folds.at(-1)
    rows += one.scannedRows
    if (last !== undefined && last.length < FOLD && rows <= MANY_ROWS) last.push(one)
    else {
      folds.push([one])
      rows = one.scannedRows
    }
  }
  return [...folds, ...all.filter(isApart).map((one) => [one])]
}

function toJob(some: readonly Asked[]): ProbeJob<readonly Asked[]> {
  const [only] = some
  const text = some.length === 1 && only !== undefined ? only.text : foldedStatement(some)
  // A condition may call what sets or writes something.
  const hasCondition = some.some(({ probed }) => probed.settings.where !== undefined)
  return { job: some, text, heavy: some.some(({ heavy }) => heavy), tables: some.length, ...(hasCondition && { isReadOnly: true }) }
}

/** SQLSTATEs of a wrong condition (SQL, names, types, values); not of permissions nor of a missing table. */
export const OF_A_CONDITION = /^(42(?!501|P01)|22)/

function toFailure({ probed, columns }: Asked, { error, brokeLine }: Extract<ProbeAnswer<unknown>, { ok: false }>): Observation {
  const words = toStatementWords(error)
  if (brokeLine) return failed(probed.asset.key, 'The line broke while it was being read.', words.message)
  if (probed.settings.where !== undefined && OF_A_CONDITION.test(sqlStateOf(error))) {
    const publicMessage = 'The asset’s where cannot be applied to its rows. Correct it in the catalogue.'
    return failed(probed.asset.key, publicMessage, words.message, toLasting(error))
  }
  const indexed = columns.every((c) => c.indexed)
  const remedy = words.message.startsWith('57014') && !indexed ? ' An index that leads with the column would make it one step.' : ''
  return failed(probed.asset.key, `${words.publicMessage}${remedy}`, words.message, toLasting(error))
}

/** Reads the newest values of many tables, of most of them 64 in a statement; where one of those cannot be read, each is asked by itself. */
export async function* readByColumns(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  jobs: readonly ColumnJob[],
): AsyncGenerator<Observation> {
  const { settings } = connection
  const unread: Asked[] = []
  for await (const answer of probeAll(connection, lines, session, fold(jobs.map(toAsked)).map(toJob))) {
    if (!answer.ok && answer.job.length > 1) unread.push(...answer.job)
    else yield* seeAll(answer, settings)
  }
  yield* overOpen(connection, lines, session, unread, async function* (line, some) {
    const apart = some.map((one) => toJob([one]))
    for await (const answer of probeAll(connection, lines, line, apart)) yield* seeAll(answer, settings)
  })
}

function seeAll(answer: ProbeAnswer<readonly Asked[]>, settings: PostgresSettings): Observation[] {
  const { job } = answer
  if (!answer.ok) return job.map((one) => toFailure(one, answer))
  const [only] = job
  const newest = job.length === 1 && only !== undefined ? [readNewest(answer.row, only.columns.length)] : readFolded(answer.row, job)
  const costMs = Math.round((100 * answer.costMs) / job.length) / 100
  return job.flatMap(({ probed, columns, questions }, at) => {
    const found = newest[at]
    return found === undefined ? [] : [fromColumns(probed, settings, { ...found, questions, columns, costMs })]
  })
}
