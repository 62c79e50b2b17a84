import type { Instant } from '#lib/domain/time/instant.ts'
import { newestOfKeys } from './keys.ts'
import { newestRows, SLOTS } from './newest.ts'
import { type Cells, fixed, NAME, notThere, notUnderstood, type Result, StatementError, text, time, toResult } from './result.ts'
import { cellOf, type StandInColumn, type StandInTable } from './tables.ts'
import { countedWhere, toldRows } from './told.ts'

export interface Asked {
  sql: string
  bindings: readonly string[]
  now: Instant
  user: string
  account: string
  role: string
  /** Null: none that the role may use. */
  warehouse: string | null
  /** When the access token of the user ends. */
  tokenEndsAt: Instant
  mayReadAccountUsage: boolean
}

type Understood = (match: RegExpExecArray, asked: Asked, tables: readonly StandInTable[]) => Result

function needsWarehouse({ warehouse }: Asked): void {
  if (warehouse !== null) return
  const message = "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command."
  throw new StatementError('000606', '57P03', message)
}

function inDatabase(tables: readonly StandInTable[], database: string): StandInTable[] {
  const found = tables.filter((table) => table.database === database)
  if (found.length > 0) return found
  throw new StatementError('002003', '02000', `SQL compilation error:\nDatabase '${database}' does not exist or not authorized.`)
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const bySchema = (a: StandInTable, b: StandInTable) => compare(a.schema, b.schema) || compare(a.name, b.name)

function about(names: string, asked: Asked): Result {
  const values: Cells = {
    'current_version()': text('9.31.0'),
    'current_account_name()': text(asked.account.split('-').at(-1) ?? asked.account),
    'current_user()': text(asked.user),
    'current_role()': text(asked.role),
    'current_warehouse()': text(asked.warehouse),
    'current_timestamp()': time(asked.now),
  }
  const pairs = names.split(', ').map((pair) => pair.split(' as '))
  const row = Object.fromEntries(pairs.map(([call = '', name = '']) => [name, values[call] ?? text(null)]))
  return toResult(Object.keys(row), [row])
}

const tableCells = (table: StandInTable): Cells => ({
  TABLE_SCHEMA: text(table.schema),
  TABLE_NAME: text(table.name),
  TABLE_TYPE: text(table.type),
  IS_DYNAMIC: text(table.isDynamic ? 'YES' : 'NO'),
  ROW_COUNT: fixed(table.rows),
  BYTES: fixed(table.bytes),
  CREATED: time(table.created),
  LAST_ALTERED: time(table.lastAltered),
  LAST_DDL: time(table.lastDdl),
  CLUSTERING_KEY: text(table.clusteringKey),
  TABLE_OWNER: text(table.owner),
  COMMENT: text(table.comment),
})

function amongSchemas(where: string, bindings: readonly string[]): (table: StandInTable) => boolean {
  const isNamed = /TABLE_SCHEMA in \(\?(?:, \?)*\)/.test(where)
  return ({ schema }) => !isNamed || bindings.includes(schema)
}

const columnCells = ({ schema, name }: StandInTable, column: StandInColumn): Cells => ({
  TABLE_SCHEMA: text(schema),
  TABLE_NAME: text(name),
  COLUMN_NAME: text(column.name),
  DATA_TYPE: text(column.type),
  COMMENT: text(column.comment),
})

const showCells = (table: StandInTable): Cells => ({
  created_on: time(table.created),
  name: text(table.name),
  database_name: text(table.database),
  schema_name: text(table.schema),
  cluster_by: text(table.clusteringKey ?? ''),
  rows: fixed(table.rows),
  bytes: fixed(table.bytes),
  owner: text(table.owner),
  is_external: text(table.type === 'EXTERNAL TABLE' ? 'Y' : 'N'),
  is_dynamic: text(table.isDynamic ? 'Y' : 'N'),
})

function refreshCells({ schema, name, refreshes }: StandInTable): Cells {
  const newest = (among: typeof refreshes) => (among.length === 0 ? null : Math.max(...among.map((one) => one.dataTimestamp)))
  const good = refreshes.filter(({ state }) => state === 'SUCCEEDED')
  const last = refreshes.toSorted((a, b) => a.dataTimestamp - b.dataTimestamp).at(-1)
  return {
    SCHEMA_NAME: text(schema),
    NAME: text(name),
    AS_OF: time(newest(good)),
    CHANGED_AS_OF: time(newest(good.filter(({ action }) => action !== 'NO_DATA'))),
    LAST_STATE: text(last?.state ?? null),
  }
}

function rowsOf(table: StandInTable, rows: number, now: Instant): Result {
  const cell = ({ type, name }: StandInColumn, i: number) => {
    if (name === 'NAME') return `${table.name.toLowerCase()} ${i + 1}`
    return name === 'ID' ? String(i + 1) : cellOf(type, now - i * 1000)
  }
  const columns = table.columns.map(({ name, type }) => ({
    name,
    type: type === 'NUMBER' ? 'fixed' : type.toLowerCase(),
    scale: type.startsWith('TIMESTAMP') ? 9 : 0,
  }))
  return { columns, rows: Array.from({ length: rows }, (_, i) => table.columns.map((column) => cell(column, i))) }
}

const UNDERSTOOD: readonly { shape: RegExp; isFree?: true; answer: Understood }[] = [
  {
    shape: /^select (current_\w+\(\) as \w+(?:, current_\w+\(\) as \w+)*)$/,
    isFree: true,
    answer: ([, names = ''], asked) => about(names, asked),
  },
  {
    shape: /^show user programmatic access tokens$/,
    isFree: true,
    answer: (_, { tokenEndsAt, user }) =>
      toResult(
        ['name', 'user_name', 'expires_at', 'status'],
        [{ name: text('PROBE'), user_name: text(user), expires_at: time(tokenEndsAt), status: text('ACTIVE') }],
      ),
  },
  {
    shape: new RegExp(`^show tables in database ${NAME} limit (\\d+)(?: from '(.+)')?$`),
    isFree: true,
    answer: ([, database = '', limit = '', from], _, tables) => {
      const all = inDatabase(tables, database).filter(({ type }) => type !== 'VIEW')
      const after = all.toSorted((a, b) => compare(a.name, b.name)).filter(({ name }) => from === undefined || name > from)
      return toResult(Object.keys(showCells(after[0] ?? (all[0] as StandInTable))), after.slice(0, Number(limit)).map(showCells))
    },
  },
  {
    shape: new RegExp(`^select ([A-Z_]+(?:, [A-Z_]+)*) from ${NAME}\\.INFORMATION_SCHEMA\\.TABLES where (TABLE_SCHEMA (?:in|<>) .+)$`),
    answer: ([, names = '', database = '', where = ''], { bindings }, tables) =>
      toResult(names.split(', '), inDatabase(tables, database).filter(amongSchemas(where, bindings)).toSorted(bySchema).map(tableCells)),
  },
  {
    shape: new RegExp(
      `^select ([A-Z_]+(?:, [A-Z_]+)*) from ${NAME}\\.INFORMATION_SCHEMA\\.COLUMNS where array_contains\\(to_json\\(array_construct\\(TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME\\)\\)::variant, parse_json\\(\\?\\)\\)$`,
    ),
    answer: ([, names = '', database = ''], { bindings }, tables) => {
      const wanted = new Set<string>(JSON.parse(bindings[0] ?? '[]'))
      const all = inDatabase(tables, database).flatMap((table) =>
        table.columns
          .filter(({ name }) => wanted.has(JSON.stringify([table.schema, table.name, name])))
          .map((column) => columnCells(table, column)),
      )
      return toResult(names.split(', '), all)
    },
  },
  {
    shape: new RegExp(`^select ([A-Z_]+(?:, [A-Z_]+)*) from ${NAME}\\.INFORMATION_SCHEMA\\.COLUMNS where (TABLE_SCHEMA <> .+)$`),
    answer: ([, names = '', database = '', where = ''], { bindings }, tables) => {
      const among = inDatabase(tables, database).filter(amongSchemas(where, bindings)).toSorted(bySchema)
      return toResult(
        names.split(', '),
        among.flatMap((table) => table.columns.map((column) => columnCells(table, column))),
      )
    },
  },
  {
    shape: new RegExp(
      `^select SCHEMA_NAME, NAME, .+ from table\\(${NAME}\\.INFORMATION_SCHEMA\\.DYNAMIC_TABLE_REFRESH_HISTORY\\(RESULT_LIMIT => 10000\\)\\) where .+ group by SCHEMA_NAME, NAME$`,
    ),
    answer: ([, database = ''], _, tables) =>
      toResult(
        ['SCHEMA_NAME', 'NAME', 'AS_OF', 'CHANGED_AS_OF', 'LAST_STATE'],
        inDatabase(tables, database)
          .filter(({ refreshes }) => refreshes.length > 0)
          .map(refreshCells),
        { AS_OF: time(null), CHANGED_AS_OF: time(null) },
      ),
  },
  {
    shape: /^select (REFERENCED_DATABASE, .+) from SNOWFLAKE\.ACCOUNT_USAGE\.OBJECT_DEPENDENCIES where .+ and REFERENCING_DATABASE = \?$/,
    answer: ([, names = ''], { bindings: [database = ''], mayReadAccountUsage }, tables) => {
      if (!mayReadAccountUsage) throw notThere('SNOWFLAKE.ACCOUNT_USAGE.OBJECT_DEPENDENCIES')
      const edges = inDatabase(tables, database).flatMap((table) =>
        table.from.map((source): Cells => {
          const [schema = '', name = ''] = source.split('.')
          return {
            REFERENCED_DATABASE: text(database),
            REFERENCED_SCHEMA: text(schema),
            REFERENCED_OBJECT_NAME: text(name),
            REFERENCING_DATABASE: text(database),
            REFERENCING_SCHEMA: text(table.schema),
            REFERENCING_OBJECT_NAME: text(table.name),
          }
        }),
      )
      return toResult(names.split(', '), edges)
    },
  },
  {
    shape: /^select \d+ as Q, [\s\S]+$/,
    answer: ([statement], _, tables) => toResult(['Q', ...SLOTS, 'N'], newestRows(statement, tables)),
  },
  {
    shape: /^select left\(to_varchar\([\s\S]+$/,
    answer: ([statement], _, tables) => newestOfKeys(statement, tables),
  },
  {
    shape: /^select \* from \(\n([\s\S]+)\n\) limit (\d+)$/,
    answer: ([, statement = '', limit = ''], _, tables) => toldRows(statement, tables, Number(limit)),
  },
  {
    shape: /^explain using text ([\s\S]+)$/,
    // It is compiled and not run: no warehouse does that.
    isFree: true,
    answer: ([, statement = ''], asked, tables) => {
      if (countedWhere(statement, tables) === null) answerStatement({ ...asked, sql: statement, warehouse: '' }, tables)
      return toResult(['content'], [{ content: text('GlobalStats:\n\tpartitionsTotal=1\n\tpartitionsAssigned=1') }])
    },
  },
  {
    shape: /^select \* from (\w+)\.(\w+) limit (\d+)$/i,
    answer: ([, schema = '', name = '', limit = ''], { now }, tables) => {
      const table = tables.find((one) => one.schema === schema.toUpperCase() && one.name === name.toUpperCase())
      if (table === undefined) throw notThere(`${schema}.${name}`.toUpperCase())
      return rowsOf(table, Math.min(Number(limit), table.rows ?? 0), now)
    },
  },
]

/** What a statement answers; only what is sent to it is understood, by its shape, and anything else is refused. */
export function answerStatement(asked: Asked, tables: readonly StandInTable[]): Result {
  if (/;\s*\S/.test(asked.sql))
    throw new StatementError('000008', '0A000', 'Actual statement count 2 did not match the desired statement count 1.')
  for (const { shape, isFree, answer } of UNDERSTOOD) {
    const match = shape.exec(asked.sql)
    if (match === null) continue
    if (isFree !== true) needsWarehouse(asked)
    return answer(match, asked, tables)
  }
  throw notUnderstood()
}
