import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { applyMigrations, migrationChecksum } from './migrate.ts'

let database: TestDatabase
let folder: string

async function addMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, name, 'migration.sql'), sql)
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const answer = await client.query<Record<string, unknown>>(sql)
  await client.end()
  return answer.rows
}

beforeEach(async () => {
  database = await createTestDatabase({ empty: true })
  folder = await mkdtemp(join(tmpdir(), 'migrations-'))
})

afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

describe('migrations', () => {
  test("the project's own apply to an empty database, and a second call applies nothing", async () => {
    await cp('prisma/migrations', folder, { recursive: true })
    expect((await applyMigrations(database.url, folder)).length).toBeGreaterThan(0)
    expect(await applyMigrations(database.url, folder)).toEqual([])
    expect(await query('select count(*)::int as n from subject')).toEqual([{ n: 0 }])
  })

  test('apply in the order of their names and are recorded as Prisma records them', async () => {
    await addMigration('20260102000000_second', 'insert into note values (2);')
    await addMigration('20260101000000_first', 'create table note (n int); insert into note values (1);')
    expect(await applyMigrations(database.url, folder)).toEqual(['20260101000000_first', '20260102000000_second'])
    const rows = await query(
      'select migration_name, checksum, logs, rolled_back_at, applied_steps_count, finished_at >= started_at as ended from _prisma_migrations order by 1',
    )
    expect(rows[1]).toEqual({
      migration_name: '20260102000000_second',
      checksum: migrationChecksum('insert into note values (2);'),
      logs: null,
      rolled_back_at: null,
      applied_steps_count: 1,
      ended: true,
    })
  })

  test('eight processes at once apply each migration once', async () => {
    await addMigration('1_first', 'create table note (n int); select pg_sleep(0.1);')
    await addMigration('2_second', 'insert into note values (2);')
    const applied = await Promise.all(Array.from({ length: 8 }, () => applyMigrations(database.url, folder)))
    expect(applied.flat().sort()).toEqual(['1_first', '2_second'])
    expect(await query('select n from note')).toEqual([{ n: 2 }])
  })

  test('a migration that fails leaves nothing behind and is tried again', async () => {
    await addMigration('1_first', 'create table note (n int); insert into nowhere values (1);')
    await expect(applyMigrations(database.url, folder)).rejects.toThrow('1_first could not be applied: relation "nowhere" does not exist')
    expect(await query(`select to_regclass('note') as note, (select count(*)::int from _prisma_migrations) as recorded`)).toEqual([
      { note: null, recorded: 0 },
    ])
    await addMigration('1_first', 'create table note (n int);')
    expect(await applyMigrations(database.url, folder)).toEqual(['1_first'])
  })

  test('a migration changed after it was applied is refused', async () => {
    await addMigration('1_first', 'create table note (n int);')
    await applyMigrations(database.url, folder)
    await addMigration('1_first', 'create table note (n bigint);')
    await expect(applyMigrations(database.url, folder)).rejects.toThrow('1_first was changed after it had been applied')
  })

  test('a file that only got other line ends is the same migration', async () => {
    await addMigration('1_first', 'create table note (\n  n int\n);\n')
    await applyMigrations(database.url, folder)
    await addMigration('1_first', 'create table note (\r\n  n int\r\n);\r\n')
    expect(await applyMigrations(database.url, folder)).toEqual([])
  })

  test('a database that a newer Tidemark migrated is refused', async () => {
    await addMigration('1_first', 'create table note (n int);')
    await applyMigrations(database.url, folder)
    await rm(join(folder, '1_first'), { recursive: true })
    await expect(applyMigrations(database.url, folder)).rejects.toThrow('migrated by a newer Tidemark')
  })

  test('a migration that Prisma began and never finished is refused', async () => {
    await addMigration('1_first', 'create table note (n int);')
    await applyMigrations(database.url, folder)
    await query('update _prisma_migrations set finished_at = null')
    await expect(applyMigrations(database.url, folder)).rejects.toThrow('begun and never finished')
  })

  test('an account that does not own the database is told so, and what to do', async () => {
    const name = `stranger_${process.pid}`
    await query(`create role ${name} login password 'x'`)
    const url = Object.assign(new URL(database.url), { username: name, password: 'x' })
    await expect(applyMigrations(url.href, folder)).rejects.toMatchObject({ publicMessage: expect.stringContaining(`OWNER TO ${name}`) })
    await query(`alter database ${url.pathname.slice(1)} owner to ${name}`)
    expect(await applyMigrations(url.href)).not.toEqual([])
    await query(`reassign owned by ${name} to current_user; drop owned by ${name}; drop role ${name}`)
  })

  test('a server that cannot be reached is an error that says where to look', async () => {
    const away = new URL(database.url)
    away.port = '1'
    await expect(applyMigrations(away.href, folder)).rejects.toThrow('Check DATABASE_URL')
  })
})
