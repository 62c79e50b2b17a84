import type { Client, Pool, PoolClient } from 'pg'
import { prepareLandingTable } from '#lib/engine/landing/landing-table.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { applySchemaFile, listSchemaFiles } from '../lake-schema.ts'
import type { LoadSpec } from '../load-spec.ts'
import { prepareTarget, quotedTable, targetExists } from '../load-target.ts'
import { type PrepareStep, prepareStep } from './prepare-step.ts'

interface Place {
  pool: Pool
  folder: string
  clock: Clock
}

/** Applies every file of sql/ that the lake does not have as it is now, and reads each table it then has. */
export async function* prepareSchemas(place: Place): AsyncGenerator<PrepareStep> {
  const { pool, folder, clock } = place
  for (const file of await listSchemaFiles(folder))
    yield await prepareStep(place, 'file', `sql/${file}`, async () => {
      const how = await applySchemaFile(pool, folder, file, { clock })
      return {
        outcome: how === 'applied' ? 'made' : 'there',
        said: how === 'applied' ? 'ran from its first to its last statement' : 'the lake has exactly this',
      }
    })
  for (const schema of await listSchemas(pool))
    yield await prepareStep(place, 'schema', schema.name, async () => ({ outcome: 'there', said: await tryTables(pool, schema) }))
}

interface LakeSchema {
  name: string
  tables: string[]
  functions: number
}

/** SQL: `c` is a table or a view; a materialized one that was never filled cannot be read by anybody. */
const CAN_BE_READ = `(c.relkind in ('r', 'p', 'v') or c.relkind = 'm' and c.relispopulated)`

const SCHEMAS = `
  select n.nspname as name,
    array(select format('%I.%I', n.nspname, c.relname) from pg_class c where c.relnamespace = n.oid and ${CAN_BE_READ} order by 1) as tables,
    (select count(*)::int from pg_proc p where p.pronamespace = n.oid) as functions
  from pg_namespace n where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public') order by 1`

async function listSchemas(pool: Pool): Promise<LakeSchema[]> {
  return (await pool.query<LakeSchema>(SCHEMAS)).rows
}

async function tryTables(pool: Pool, { tables, functions }: LakeSchema): Promise<string> {
  for (const table of tables) await pool.query(`select from ${table} limit 1`)
  const known = functions === 0 ? '' : `, ${functions} ${functions === 1 ? 'function' : 'functions'} there`
  return `${tables.length} ${tables.length === 1 ? 'table' : 'tables'} read${known}`
}

/** Makes the tables of flows without code whose columns are declared; the others come with their first load. */
export async function* prepareDeclared(place: Place, specs: readonly LoadSpec[]): AsyncGenerator<PrepareStep> {
  for (const spec of specs) yield await prepareStep(place, 'table', spec.table, () => prepareOne(place.pool, spec))
}

/** Makes the tables that files are landed in. */
export async function* prepareLandings(place: Place, tables: readonly string[]): AsyncGenerator<PrepareStep> {
  for (const table of tables) yield await prepareStep(place, 'table', table, () => prepareLanding(place, table))
}

async function prepareLanding({ pool, clock }: Place, table: string): Promise<Pick<PrepareStep, 'outcome' | 'said'>> {
  return inTransaction(pool, async (client) => {
    const isThere = await targetExists(client, table)
    await prepareLandingTable(client, table, clock.now())
    await client.query(`select from ${quotedTable(table)} limit 1`)
    return { outcome: isThere ? 'there' : 'made', said: 'a row for each record of a file, read' }
  })
}

async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let isBroken = true
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    isBroken = false
    return result
  } finally {
    client.release(isBroken)
  }
}

async function prepareOne(pool: Pool, spec: LoadSpec): Promise<Pick<PrepareStep, 'outcome' | 'said'>> {
  const { columns } = spec
  return inTransaction(pool, async (client) => {
    const isThere = await targetExists(client, spec.table)
    if (columns === null) {
      const said = isThere ? 'its columns are what its source tells' : 'comes with its first load, which tells its columns'
      return { outcome: isThere ? 'there' : 'later', said }
    }
    await prepareTarget(client, spec, columns)
    await client.query(`select from ${quotedTable(spec.table)} limit 1`)
    return { outcome: isThere ? 'there' : 'made', said: `${columns.length} ${columns.length === 1 ? 'column' : 'columns'}, read` }
  })
}

/** Every table of the lake, as SQL names it. */
export async function listTables(client: Client): Promise<{ schema: string; table: string; name: string }[]> {
  const { rows } = await client.query<{ schema: string; table: string; name: string }>(
    `select n.nspname as schema, c.relname as table, format('%I.%I', n.nspname, c.relname) as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where ${CAN_BE_READ} and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public') order by 3`,
  )
  return rows
}
