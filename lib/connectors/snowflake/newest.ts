import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Cell } from './answers.ts'
import type { Budget, Cost } from './budget.ts'
import type { SqlApi } from './sql-api.ts'
import { quoteName, quoteTable, type TablePath } from './table-path.ts'

const BATCH = 64
const TRIPLES_MAX = 2000

/** The newest value of one column is asked for. */
export interface Question {
  path: TablePath
  column: string
  /** Of INFORMATION_SCHEMA.COLUMNS. */
  type: string
  where: string | undefined
}

/** The newest value in the slot of its kind; all null: no row has one. */
export interface Newest {
  instant: Cell
  wall: Cell
  day: Cell
  number: Cell
  /** Rows that count. */
  rows: number
  cost: Cost
}

export type NewestAnswer = { ok: true; value: Newest } | { ok: false; error: unknown }

const SLOTS = ['INSTANT', 'WALL', 'DAY', 'NUM'] as const
const CASTS: Record<(typeof SLOTS)[number], string> = {
  INSTANT: 'timestamp_ltz',
  WALL: 'timestamp_ntz',
  DAY: 'date',
  NUM: 'number(38, 9)',
}
const SLOT_OF: Readonly<Record<string, (typeof SLOTS)[number]>> = {
  TIMESTAMP_LTZ: 'INSTANT',
  TIMESTAMP_TZ: 'INSTANT',
  TIMESTAMP_NTZ: 'WALL',
  DATE: 'DAY',
  NUMBER: 'NUM',
  FLOAT: 'NUM',
}

/** Whether values of this type can be read as times. */
export function canHoldTime(type: string): boolean {
  return type in SLOT_OF
}

function branch(question: Question, place: number): string {
  const own = SLOT_OF[question.type]
  const values = SLOTS.map((slot) => `${slot === own ? `max(${quoteName(question.column)})` : 'null'}::${CASTS[slot]} as ${slot}`)
  const where = question.where === undefined ? '' : ` where (${question.where})`
  return `select ${place} as Q, ${values.join(', ')}, count(*) as N from ${quoteTable(question.path)}${where}`
}

/** The newest values of many columns, 64 a statement; where one of them cannot be read it is found by halves. The budget may end it: what
 * was not asked has no answer. */
export async function* readNewest(
  { api, budget, signal }: { api: SqlApi; budget: Budget; signal: AbortSignal },
  questions: readonly Question[],
): AsyncGenerator<Map<Question, NewestAnswer>> {
  const waiting: Question[][] = []
  for (let at = 0; at < questions.length; at += BATCH) waiting.push(questions.slice(at, at + BATCH))
  for (let batch = waiting.shift(); batch !== undefined && !budget.isUsedUp(); batch = waiting.shift()) {
    const asked = batch
    const sql = asked.map(branch).join('\nunion all\n')
    try {
      const { value: records, cost } = await budget.during(api.records({ sql }, signal))
      const share = { ms: cost.ms / asked.length, credits: cost.credits / asked.length }
      yield new Map(records.flatMap((record) => toAnswer(asked, record, share)))
    } catch (error) {
      if (!isOfStatement(error)) throw error
      if (asked.length === 1) yield new Map(asked.map((question) => [question, { ok: false, error }]))
      else waiting.unshift(asked.slice(0, Math.ceil(asked.length / 2)), asked.slice(Math.ceil(asked.length / 2)))
    }
  }
}

/** The statement was at fault, not the connection. */
export function isOfStatement(error: unknown): boolean {
  return isTidemarkError(error) && !error.systemWide && error.code !== 'cancelled'
}

function toAnswer(asked: readonly Question[], record: Record<string, Cell>, cost: Cost): [Question, NewestAnswer][] {
  const question = asked[Number(record['Q'])]
  if (question === undefined) return []
  const [instant = null, wall = null, day = null, number = null] = SLOTS.map((slot) => record[slot] ?? null)
  return [[question, { ok: true, value: { instant, wall, day, number, rows: Number(record['N']), cost } }]]
}

/** The types of columns, by `columnId`; what is not there, or not for us to see, is missing. */
export async function readColumnTypes(
  api: SqlApi,
  database: string,
  wanted: readonly { path: TablePath; column: string }[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const types = new Map<string, string>()
  for (let at = 0; at < wanted.length; at += TRIPLES_MAX) {
    const some = wanted.slice(at, at + TRIPLES_MAX).map(({ path, column }) => columnId(path, column))
    const sql = `select TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE from ${quoteName(database)}.INFORMATION_SCHEMA.COLUMNS where array_contains(to_json(array_construct(TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME))::variant, parse_json(?))`
    for (const record of await api.records({ sql, bindings: [JSON.stringify(some)], database }, signal)) {
      const path = { schema: record['TABLE_SCHEMA'] ?? '', name: record['TABLE_NAME'] ?? '' }
      types.set(columnId(path, record['COLUMN_NAME'] ?? ''), record['DATA_TYPE'] ?? '')
    }
  }
  return types
}

/** As Snowflake prints it, too. */
export function columnId({ schema, name }: Pick<TablePath, 'schema' | 'name'>, column: string): string {
  return JSON.stringify([schema, name, column])
}
