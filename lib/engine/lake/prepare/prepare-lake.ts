import { fileURLToPath } from 'node:url'
import { Pool } from 'pg'
import type { Clock } from '#lib/platform/clock.ts'
import type { LoadSpec } from '../load-spec.ts'
import { databaseOf, prepareDatabase } from './prepare-database.ts'
import { type LakeRole, type LakeServer, prepareAccess, prepareRole } from './prepare-roles.ts'
import { type PrepareStep, prepareStep } from './prepare-step.ts'
import { prepareDeclared, prepareLandings, prepareSchemas } from './prepare-tables.ts'

export interface LakeToPrepare extends LakeServer {
  clock: Clock
  /** The tables of flows without code. */
  tables: readonly LoadSpec[]
  /** Of those that land files: `schema.table`. */
  landingTables?: readonly string[]
  roles: readonly LakeRole[]
  schemaFolder?: string
}

const SQL_FOLDER = fileURLToPath(new URL('../../../../sql/', import.meta.url))

/**
 * Makes what the lake lacks, its database, schemas, tables, functions, accounts and their rights, and tries each; what is there stays as it is, and nothing is
 * dropped. A database that cannot be had ends it; everything else is tried whatever failed before.
 */
export async function* prepareLake(lake: LakeToPrepare): AsyncGenerator<PrepareStep> {
  const database = await prepareStep(lake, 'database', databaseOf(lake.url), () => prepareDatabase(lake.url, lake.adminUrl))
  yield database
  if (database.outcome === 'failed') return
  const pool = new Pool({ connectionString: lake.url, max: 2, connectionTimeoutMillis: 10_000, application_name: 'tidemark lake prepare' })
  pool.on('error', () => {})
  try {
    const place = { pool, clock: lake.clock, folder: lake.schemaFolder ?? SQL_FOLDER }
    yield* prepareSchemas(place)
    yield* prepareDeclared(place, lake.tables)
    yield* prepareLandings(place, lake.landingTables ?? [])
  } finally {
    await pool.end()
  }
  for (const role of lake.roles) {
    const made = await prepareStep(lake, 'role', role.name, () => prepareRole(lake, role))
    yield made
    if (made.outcome !== 'failed') yield await prepareStep(lake, 'access', role.name, () => prepareAccess(lake, role))
  }
}
