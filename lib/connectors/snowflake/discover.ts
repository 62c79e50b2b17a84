import { Readable } from '#lib/connectors/kit/answer.ts'
import type { Connection, Found, FoundUpstream } from '#lib/connectors/kit/connector.ts'
import { titleOf } from '#lib/connectors/kit/sql/table-asset.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Cell } from './answers.ts'
import { canHoldTime, isOfStatement } from './newest.ts'
import type { SnowflakeSettings } from './settings.ts'
import type { SqlApi, Statement } from './sql-api.ts'
import { foldName, formatName, formatTablePath, quoteName, type TablePath, tableId } from './table-path.ts'

/** Names that loaders give to the time of a load, and people to theirs. */
const OF_LOADS =
  /^_?(loaded_at|load_(time|timestamp|ts)|inserted_at|ingested_at|ingest_time|fivetran_synced|airbyte_(extracted|emitted)_at|sdc_batched_at|dlt_load_time|etl_loaded_at|etl_timestamp|dbt_updated_at)$/i

type FoundColumn = NonNullable<Found['columns']>[number]
type Records = Record<string, Cell>[]

const OF_TABLES = 'TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, IS_DYNAMIC, TABLE_OWNER, COMMENT'
const OF_COLUMNS = 'TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COMMENT'

/** What a view of INFORMATION_SCHEMA tells of these schemas; absent: of all. */
function informationOn(view: string, names: string, order: string, database: string, schemas: readonly string[] = []): Statement {
  const among = schemas.length === 0 ? '' : ` and TABLE_SCHEMA in (${schemas.map(() => '?').join(', ')})`
  const sql = `select ${names} from ${quoteName(database)}.INFORMATION_SCHEMA.${view} where TABLE_SCHEMA <> 'INFORMATION_SCHEMA'${among} order by ${order}`
  return { sql, bindings: schemas, database }
}

const DEPENDENCIES =
  "select REFERENCED_DATABASE, REFERENCED_SCHEMA, REFERENCED_OBJECT_NAME, REFERENCING_DATABASE, REFERENCING_SCHEMA, REFERENCING_OBJECT_NAME from SNOWFLAKE.ACCOUNT_USAGE.OBJECT_DEPENDENCIES where REFERENCING_OBJECT_DOMAIN in ('VIEW', 'MATERIALIZED VIEW', 'DYNAMIC TABLE') and REFERENCING_DATABASE = ?"

const idOf = (schema: Cell | undefined, name: Cell | undefined) => tableId({ schema: schema ?? '', name: name ?? '' })

/** What views are made from. Snowflake tells it to roles that may see the account's own records alone, hours late; without it nothing is
 * known of it. */
async function readDependencies(
  connection: Connection<SnowflakeSettings>,
  api: SqlApi,
  database: string,
): Promise<Map<string, TablePath[]>> {
  const upstream = new Map<string, TablePath[]>()
  const records = await api.records({ sql: DEPENDENCIES, bindings: [database] }).catch((error: unknown): Records => {
    if (!isOfStatement(error)) throw error
    connection.log.info('what views are made from is not told to this role', { error: toInternalMessage(error) })
    return []
  })
  for (const record of records) {
    const id = idOf(record['REFERENCING_SCHEMA'], record['REFERENCING_OBJECT_NAME'])
    const path = {
      database: record['REFERENCED_DATABASE'] ?? '',
      schema: record['REFERENCED_SCHEMA'] ?? '',
      name: record['REFERENCED_OBJECT_NAME'] ?? '',
    }
    upstream.set(id, [...(upstream.get(id) ?? []), path])
  }
  return upstream
}

function toColumns(records: Records): Map<string, FoundColumn[]> {
  const columns = new Map<string, FoundColumn[]>()
  for (const record of records) {
    const id = idOf(record['TABLE_SCHEMA'], record['TABLE_NAME'])
    const column = { name: record['COLUMN_NAME'] ?? '', type: record['DATA_TYPE'] ?? '', description: record['COMMENT'] ?? null }
    const known = columns.get(id)
    if (known === undefined) columns.set(id, [column])
    else known.push(column)
  }
  return columns
}

function toFound(
  record: Record<string, Cell>,
  at: { database: string; own: string },
  columns: FoundColumn[],
  upstream: readonly TablePath[],
): Found {
  const path = { database: at.database, schema: record['TABLE_SCHEMA'] ?? '', name: record['TABLE_NAME'] ?? '' }
  const isDynamic = record['IS_DYNAMIC'] === 'YES'
  const column = isDynamic ? undefined : columns.find(({ name, type }) => OF_LOADS.test(name) && canHoldTime(type))
  return {
    path: formatTablePath(path, at.own),
    kind: 'table',
    name: titleOf(path.name),
    settings: column === undefined ? {} : { column: formatName(column.name).replace(/^[^"]+$/, (plain) => plain.toLowerCase()) },
    upstream: upstream.map((one): FoundUpstream => ({ hint: 'view', path: formatTablePath(one, at.own) })),
    policy: null,
    group: path.schema,
    description: record['COMMENT'] || null,
    columns,
    owner: record['TABLE_OWNER'] ?? null,
    labels: { database: path.database, schema: path.schema },
  }
}

/** Tables, views and dynamic tables of each database with their columns and owners: three statements a database. One that we may not see hides no other. */
export async function* discover(connection: Connection<SnowflakeSettings>, api: SqlApi): AsyncGenerator<Found> {
  const { database: own, databases = [own] } = connection.settings
  const readable = new Readable((error) => isOfStatement(error) && isTidemarkError(error) && !error.retryable)
  for (const database of new Set(databases.map(foldName))) yield* (await readable.read(() => within(connection, api, database))) ?? []
  readable.end()
}

async function within(connection: Connection<SnowflakeSettings>, api: SqlApi, database: string): Promise<Found[]> {
  const { database: own, schemas } = connection.settings
  const folded = schemas?.map(foldName)
  const tables = await api.records(informationOn('TABLES', OF_TABLES, 'TABLE_SCHEMA, TABLE_NAME', database, folded))
  const ofColumns = informationOn('COLUMNS', OF_COLUMNS, 'TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION', database, folded)
  const columns = toColumns(await api.records(ofColumns))
  const upstream = await readDependencies(connection, api, database)
  return tables.map((record) => {
    const id = idOf(record['TABLE_SCHEMA'], record['TABLE_NAME'])
    return toFound(record, { database, own }, columns.get(id) ?? [], upstream.get(id) ?? [])
  })
}
