import type { Instant } from '#lib/domain/time/instant.ts'
import type { Cell } from './answers.ts'
import { readEpoch } from './read-value.ts'
import type { SqlApi } from './sql-api.ts'
import { quoteName, tableId } from './table-path.ts'

type TableKind = 'table' | 'external' | 'dynamic' | 'view'

/** Nothing tells when what it holds changes: views, and tables over files that lie elsewhere. */
export function isMute({ kind }: Pick<TableState, 'kind'>): boolean {
  return kind === 'view' || kind === 'external'
}

/** What Snowflake knows of a table without reading it. */
export interface TableState {
  schema: string
  name: string
  kind: TableKind
  rows: number | null
  bytes: number | null
  created: Instant | null
  /** Moves with every write, with statements that wrote nothing, with changes of its definition, and with its upkeep. */
  lastAltered: Instant | null
  /** Its storage is put in order in the background, which changes its bytes. */
  isClustered: boolean
}

const COLUMNS = [
  'TABLE_SCHEMA',
  'TABLE_NAME',
  'TABLE_TYPE',
  'IS_DYNAMIC',
  'ROW_COUNT',
  'BYTES',
  'CREATED',
  'LAST_ALTERED',
  'CLUSTERING_KEY',
].join(', ')

/** All tables of some schemas of a database, by `tableId`: one statement. */
export async function readMetadata(api: SqlApi, database: string, schemas: readonly string[], signal: AbortSignal) {
  const marks = schemas.map(() => '?').join(', ')
  const sql = `select ${COLUMNS} from ${quoteName(database)}.INFORMATION_SCHEMA.TABLES where TABLE_SCHEMA in (${marks})`
  const records = await api.records({ sql, bindings: schemas, database }, signal)
  return byId(records.map(toState))
}

/** As `readMetadata`, by a statement that no warehouse carries out; it tells of no time. */
export async function showMetadata(api: SqlApi, database: string, signal: AbortSignal): Promise<Map<string, TableState>> {
  const all = new Map<string, TableState>()
  for (let last = ''; ; ) {
    const from = last === '' ? '' : ` from '${last.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    const sql = `show tables in database ${quoteName(database)} limit ${SHOWN_MAX}${from}`
    const records = await api.records({ sql, database }, signal)
    const before = all.size
    for (const [id, table] of byId(records.map(fromShown))) all.set(id, table)
    // Names are unique within a schema only: what begins behind one may have been shown already.
    if (records.length < SHOWN_MAX || all.size === before) return all
    last = records.at(-1)?.['name'] ?? ''
  }
}

const SHOWN_MAX = 10_000

const byId = (tables: readonly TableState[]) => new Map(tables.map((table) => [tableId(table), table]))
const toNumber = (cell: Cell | undefined) => (cell == null ? null : Number(cell))
const toTime = (cell: Cell | undefined) => (cell == null ? null : readEpoch(cell.split(' ')[0] ?? ''))

function toState(record: Record<string, Cell>): TableState {
  return {
    schema: record['TABLE_SCHEMA'] ?? '',
    name: record['TABLE_NAME'] ?? '',
    kind: toKind(record['TABLE_TYPE'] ?? '', record['IS_DYNAMIC'] === 'YES'),
    rows: toNumber(record['ROW_COUNT']),
    bytes: toNumber(record['BYTES']),
    created: toTime(record['CREATED']),
    lastAltered: toTime(record['LAST_ALTERED']),
    isClustered: (record['CLUSTERING_KEY'] ?? '') !== '',
  }
}

function toKind(type: string, isDynamic: boolean): TableKind {
  if (isDynamic) return 'dynamic'
  if (type.endsWith('VIEW')) return 'view'
  return type === 'EXTERNAL TABLE' ? 'external' : 'table'
}

function fromShown(record: Record<string, Cell>): TableState {
  return {
    schema: record['schema_name'] ?? '',
    name: record['name'] ?? '',
    kind: record['is_dynamic'] === 'Y' ? 'dynamic' : record['is_external'] === 'Y' ? 'external' : 'table',
    rows: toNumber(record['rows']),
    bytes: toNumber(record['bytes']),
    created: toTime(record['created_on']),
    lastAltered: null,
    isClustered: (record['cluster_by'] ?? '') !== '',
  }
}

/** When a dynamic table was last brought up to date, and when that last brought it anything. */
export interface Refreshes {
  asOf: Instant | null
  changedAsOf: Instant | null
  /** The last refresh failed: its own words stay in Snowflake. */
  isFailing: boolean
}

/** The last refreshes of all dynamic tables of a database: one statement. `DATA_TIMESTAMP`: everything committed before is in it. */
export async function readRefreshes(api: SqlApi, database: string, signal: AbortSignal): Promise<Map<string, Refreshes>> {
  const sql = `select SCHEMA_NAME, NAME, max(iff(STATE = 'SUCCEEDED', DATA_TIMESTAMP, null)) as AS_OF, max(iff(STATE = 'SUCCEEDED' and REFRESH_ACTION <> 'NO_DATA', DATA_TIMESTAMP, null)) as CHANGED_AS_OF, max_by(STATE, DATA_TIMESTAMP) as LAST_STATE from table(${quoteName(database)}.INFORMATION_SCHEMA.DYNAMIC_TABLE_REFRESH_HISTORY(RESULT_LIMIT => 10000)) where STATE in ('SUCCEEDED', 'FAILED', 'UPSTREAM_FAILED', 'CANCELLED') group by SCHEMA_NAME, NAME`
  const records = await api.records({ sql, database }, signal)
  return new Map(
    records.map((record) => [
      tableId({ schema: record['SCHEMA_NAME'] ?? '', name: record['NAME'] ?? '' }),
      { asOf: toTime(record['AS_OF']), changedAsOf: toTime(record['CHANGED_AS_OF']), isFailing: record['LAST_STATE'] !== 'SUCCEEDED' },
    ]),
  )
}
