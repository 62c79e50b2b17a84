import { NAME, notThere, notUnderstood, type Result, StatementError } from './result.ts'
import { cellOf, type StandInColumn, type StandInTable } from './tables.ts'

const ID = '(?:\\w+|"(?:[^"]|"")+")'
const WITHIN = new RegExp(
  `^\\s*select\\s+(.+?)\\s+from\\s+(?:(${ID})\\.)?(${ID})\\.(${ID})(?:\\s+where\\s+(.+?))?(?:\\s+limit\\s+(\\d+))?\\s*$`,
  'is',
)
const COUNTED = new RegExp(`^select count\\(\\*\\) from ${NAME}\\.${NAME}\\.${NAME} where \\(\\n([\\s\\S]+)\\n\\)$`)
const COMPARED = new RegExp(`(${ID})\\s*(?:=|<|>|\\bis\\b|\\bin\\b|\\blike\\b|\\bbetween\\b)`, 'gi')
const BESIDE_NAMES = /--[^\n]*|'(?:[^']|'')*'/g

const foldName = (written: string) => (written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toUpperCase())

export function tableOf(tables: readonly StandInTable[], database: string, schema: string, name: string): StandInTable {
  const found = tables.find((one) => one.database === database && one.schema === schema && one.name === name)
  if (found === undefined) throw notThere(`${database}.${schema}.${name}`)
  if (found.isRefused)
    throw new StatementError('003001', '42501', `SQL access control error:\nInsufficient privileges to operate on table '${name}'`)
  return found
}

export function columnOf({ columns }: StandInTable, name: string): StandInColumn {
  const found = columns.find((column) => column.name === name)
  if (found !== undefined) return found
  throw new StatementError('000904', '42000', `SQL compilation error: error line 2 at position 7\ninvalid identifier '${name}'`)
}

export function checkCondition(table: StandInTable, condition: string): void {
  for (const [, name = ''] of condition.replace(BESIDE_NAMES, "''").matchAll(COMPARED)) columnOf(table, foldName(name))
}

interface Told {
  column: { name: string; type: string; scale: number | null }
  /** By the place of its row. */
  cell: (row: number) => string | null
  isOfAll: boolean
}

function told(table: StandInTable, written: string): Told {
  const [, ofAll] = /^max\((.+)\)$/i.exec(written) ?? []
  if (/^-?\d+$/.test(written)) return { column: { name: written, type: 'fixed', scale: 0 }, cell: () => written, isOfAll: false }
  if (written.startsWith("'"))
    return { column: { name: written, type: 'text', scale: null }, cell: () => written.slice(1, -1), isOfAll: false }
  if (!new RegExp(`^${ID}$`).test(ofAll ?? written)) throw notUnderstood()
  const { name, type, newest } = columnOf(table, foldName(ofAll ?? written))
  const isTime = type.startsWith('TIMESTAMP')
  return {
    column: { name, type: type === 'NUMBER' ? 'fixed' : type.toLowerCase(), scale: isTime ? 9 : type === 'NUMBER' ? 0 : null },
    cell: (row) => (row === 0 ? newest : cellOf(type, table.lastAltered - row * 1000)),
    isOfAll: ofAll !== undefined,
  }
}

/** What somebody's own statement gives, as far as it reads one table: columns, and max() of them. */
export function toldRows(statement: string, tables: readonly StandInTable[], limit: number): Result {
  const [matched, names = '', database = '"ANALYTICS"', schema = '', name = '', where = '', own] =
    WITHIN.exec(statement.replaceAll(/--[^\n]*/g, '')) ?? []
  if (matched === undefined) throw notUnderstood()
  const table = tableOf(tables, foldName(database), foldName(schema), foldName(name))
  const all = names.split(',').map((written) => told(table, written.trim()))
  checkCondition(table, where)
  const there = all.some(({ isOfAll }) => isOfAll) ? 1 : (table.rows ?? 0)
  const rows = Math.min(there, limit, own === undefined ? limit : Number(own))
  return { columns: all.map(({ column }) => column), rows: Array.from({ length: rows }, (_, row) => all.map(({ cell }) => cell(row))) }
}

/** Whether a condition can be applied to a table; null: it is no such question. */
export function countedWhere(statement: string, tables: readonly StandInTable[]): Result | null {
  const [matched, ...groups] = COUNTED.exec(statement) ?? []
  if (matched === undefined) return null
  const [database = '', schema = '', name = '', where = ''] = groups
  checkCondition(tableOf(tables, database, schema, name), where)
  return { columns: [{ name: 'COUNT(*)', type: 'fixed', scale: 0 }], rows: [['0']] }
}
