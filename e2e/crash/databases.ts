import { randomBytes } from 'node:crypto'
import { Client, escapeIdentifier } from 'pg'
import { environmentVariable } from '#lib/platform/env.ts'
import { applyMigrations } from '#lib/platform/migrate.ts'
import { startTestServer } from '#lib/testing/servers/test-server.ts'

/** A server for the length of the crash tests, and the databases made on it. */
export interface Databases {
  /** An empty database, or a copy of another one of ours that nobody uses at the moment. */
  create(name: string, template?: string): Promise<string>
  migrated(name: string): Promise<string>
  stop(): Promise<void>
}

/** Uses the server of TIDEMARK_TEST_SERVER, else starts one of its own. */
export async function openDatabases(): Promise<Databases> {
  const given = environmentVariable('TIDEMARK_TEST_SERVER')
  const own = given === undefined ? await startTestServer() : null
  const adminUrl = given ?? own?.adminUrl ?? ''
  const prefix = `crash_${process.pid}_${randomBytes(3).toString('hex')}_`
  const made: string[] = []
  const admin = new Client({ connectionString: adminUrl })
  admin.on('error', () => {})
  await admin.connect()

  async function create(name: string, template?: string): Promise<string> {
    const full = `${prefix}${name}`
    if (template !== undefined) await disconnectAll(admin, `${prefix}${template}`)
    await admin.query(
      `create database ${escapeIdentifier(full)} template ${template === undefined ? 'template0' : escapeIdentifier(prefix + template)}`,
    )
    made.push(full)
    const url = new URL(adminUrl)
    url.pathname = `/${full}`
    return url.href
  }
  return {
    create,
    async migrated(name) {
      const url = await create(name)
      await applyMigrations(url)
      return url
    },
    async stop() {
      for (const name of made) await admin.query(`drop database if exists ${escapeIdentifier(name)} with (force)`)
      await admin.end()
      await own?.stop()
    },
  }
}

async function disconnectAll(admin: Client, name: string): Promise<void> {
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  for (;;) {
    const { rowCount } = await admin.query('select 1 from pg_stat_activity where datname = $1', [name])
    if (rowCount === 0) return
    await admin.query('select pg_sleep(0.02)')
  }
}
