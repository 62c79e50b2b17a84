import { type Cells, fixed, NAME, notThere, notUnderstood, StatementError } from './result.ts'
import type { StandInTable } from './tables.ts'

export const SLOTS = ['INSTANT', 'WALL', 'DAY', 'NUM'] as const
const SLOT_CASTS = { INSTANT: 'timestamp_ltz', WALL: 'timestamp_ntz', DAY: 'date', NUM: 'number\\(38, 9\\)' } as const
const SLOT_TYPES = { INSTANT: 'timestamp_ltz', WALL: 'timestamp_ntz', DAY: 'date', NUM: 'fixed' } as const
const FITS: Readonly<Record<string, string>> = {
  TIMESTAMP_LTZ: 'INSTANT',
  TIMESTAMP_TZ: 'INSTANT',
  TIMESTAMP_NTZ: 'WALL',
  DATE: 'DAY',
  NUMBER: 'NUM',
}
const BRANCH = new RegExp(
  `^select (\\d+) as Q, ${SLOTS.map((slot) => `(?:max\\(${NAME}\\)|null)::${SLOT_CASTS[slot]} as ${slot}`).join(', ')}, count\\(\\*\\) as N from ${NAME}\\.${NAME}\\.${NAME}(?: where \\((.+)\\))?$`,
)

/** The answer of the union that asks for newest values, a row a branch. */
export function newestRows(sql: string, tables: readonly StandInTable[]): Cells[] {
  const branches = sql.split('\nunion all\n')
  const names = new Set(branches.map((branch) => BRANCH.exec(branch)?.[SLOTS.length + 4]?.replaceAll('""', '"')))
  const named = tables.filter(({ name }) => names.has(name))
  const bases = named.some(({ type }) => type === 'VIEW') ? tables : named
  return branches.map((branch) => newestCells(branch, named, bases))
}

function newestCells(branch: string, tables: readonly StandInTable[], bases: readonly StandInTable[]): Cells {
  const [matched, place = '', ...groups] = BRANCH.exec(branch) ?? []
  if (matched === undefined) throw notUnderstood()
  const [database = '', schema = '', name = '', where = ''] = groups.slice(SLOTS.length).map((part) => part?.replaceAll('""', '"'))
  const table = tables.find((one) => one.name === name && one.schema === schema && one.database === database)
  if (table === undefined) throw notThere(`${database}.${schema}.${name}`)
  if (table.isRefused)
    throw new StatementError('003001', '42501', `SQL access control error:\nInsufficient privileges to operate on table '${name}'`)
  for (const [, named = ''] of where.matchAll(/"([^"]+)"/g)) columnOf(table, named)
  const cells: Cells = { Q: fixed(Number(place)), N: fixed(countOf(table, bases)) }
  for (const [at, slot] of SLOTS.entries()) {
    const asked = groups[at]
    cells[slot] = { type: SLOT_TYPES[slot], value: asked === undefined ? null : newestOf(table, asked, slot, bases) }
  }
  return cells
}

function columnOf({ columns }: StandInTable, asked: string): StandInTable['columns'][number] {
  const column = columns.find(({ name }) => name === asked)
  if (column !== undefined) return column
  throw new StatementError('000904', '42000', `SQL compilation error: error line 1 at position 17\ninvalid identifier '"${asked}"'`)
}

function newestOf(table: StandInTable, asked: string, slot: string, tables: readonly StandInTable[]): string | null {
  const column = columnOf(table, asked)
  if (FITS[column.type] !== slot)
    throw new StatementError('001065', '22023', `SQL compilation error:\ninvalid type [CAST] for parameter '${asked}'`)
  const base = table.type === 'VIEW' ? baseOf(table, tables) : table
  const newest = (base.columns.find(({ name }) => name === asked) ?? column).newest
  if (newest === null) return null
  return slot === 'NUM' ? `${newest}.000000000` : (newest.split(' ')[0] ?? null)
}

function baseOf(table: StandInTable, tables: readonly StandInTable[]): StandInTable {
  const [first] = table.from
  return tables.find(({ schema, name, type }) => `${schema}.${name}` === first && type !== 'VIEW') ?? table
}

function countOf(table: StandInTable, tables: readonly StandInTable[]): number {
  return baseOf(table, tables).rows ?? 0
}
