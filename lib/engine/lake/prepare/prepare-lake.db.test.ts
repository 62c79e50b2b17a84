import { randomBytes } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '#lib/platform/clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { databaseOf, withClient } from './prepare-database.ts'
import { type LakeToPrepare, prepareLake } from './prepare-lake.ts'
import type { PrepareStep } from './prepare-step.ts'

/** Names that no other test has: accounts belong to the whole server. */
let own: string
let other: TestDatabase
let lake: LakeToPrepare

const LOADS = {
  mode: 'replace' as const,
  key: ['id'],
  shrinkRatio: 0.5,
  allowEmpty: false,
}

beforeEach(async () => {
  own = `prepared_${randomBytes(4).toString('hex')}`
  other = await createTestDatabase({ empty: true })
  const url = new URL(other.url)
  url.username = `${own}_loader`
  url.password = encodeURIComponent("it's a \\ secret")
  url.pathname = `/${own}`
  lake = {
    url: url.href,
    adminUrl: other.url,
    clock: systemClock,
    tables: [
      {
        ...LOADS,
        table: 'housing.rooms',
        columns: [
          { name: 'id', type: 'integer' },
          { name: 'name', type: null },
        ],
      },
      { ...LOADS, table: 'housing.loose', columns: null },
    ],
    landingTables: ['games_raw.prices'],
    roles: [
      { name: `${own}_reports`, password: 'reports', reads: ['term_curated', 'housing.rooms'] },
      { name: `${own}_people`, password: 'people', reads: ['person_curated.person_data_by_service'] },
    ],
  }
})

afterEach(async () => {
  await withClient(other.url, async (admin) => {
    await admin.query(`drop database if exists ${own} with (force)`)
    for (const name of ['reports', 'people', 'loader', 'clerk']) await admin.query(`drop role if exists ${own}_${name}`)
  })
  await other.drop()
})

const prepare = (more: Partial<LakeToPrepare> = {}): Promise<PrepareStep[]> => Array.fromAsync(prepareLake({ ...lake, ...more }))
const failed = (steps: readonly PrepareStep[]) =>
  steps.flatMap(({ kind, name, outcome, said }) => (outcome === 'failed' ? [`${kind} ${name}: ${said}`] : []))
const ofKind = (steps: readonly PrepareStep[], kind: PrepareStep['kind']) => steps.filter((step) => step.kind === kind)

describe('a lake on an empty server', () => {
  it('is made whole, each part tried, and is left as it is the second time', async () => {
    const steps = await prepare()
    expect(failed(steps)).toEqual([])
    expect(ofKind(steps, 'file').map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'sql/tidemark.sql made',
      'sql/documents.sql made',
      'sql/course.sql made',
      'sql/person.sql made',
      'sql/term.sql made',
    ])
    expect(ofKind(steps, 'schema').find(({ name }) => name === 'person_raw')?.said).toMatch(/^\d+ tables read, 2 functions there$/)
    expect(ofKind(steps, 'table').map(({ name, outcome, said }) => `${name} ${outcome}: ${said}`)).toEqual([
      'housing.rooms made: 2 columns, read',
      'housing.loose later: comes with its first load, which tells its columns',
      'games_raw.prices made: a row for each record of a file, read',
    ])
    expect(ofKind(steps, 'role').map(({ outcome }) => outcome)).toEqual(['made', 'made'])
    expect(ofKind(steps, 'access').map(({ said }) => said)).toEqual([
      expect.stringMatching(/^read \d+ and was refused \d+ of \d+ tables, and may change none$/),
      expect.stringMatching(/^read 1 and was refused \d+ of \d+ tables, and may change none$/),
    ])
    const again = await prepare({ adminUrl: undefined, roles: [] })
    const isThere = ({ name, outcome }: PrepareStep) => outcome === (name === 'housing.loose' ? 'later' : 'there')
    expect(again.every(isThere)).toBe(true)
    expect((await prepare()).every(isThere)).toBe(true)
  })

  it('is made by somebody who may make accounts and databases, and is no superuser, as on a server that others manage', async () => {
    const clerk = new URL(other.url)
    clerk.username = `${own}_clerk`
    clerk.password = 'clerk'
    await withClient(other.url, (admin) => admin.query(`create role ${own}_clerk login createrole createdb password 'clerk'`))
    expect(failed(await prepare({ adminUrl: clerk.href }))).toEqual([])
    expect(failed(await prepare({ adminUrl: clerk.href }))).toEqual([])
    const { rows } = await withClient(other.url, (admin) =>
      admin.query('select pg_get_userbyid(datdba) as owner from pg_database where datname = $1', [own]),
    )
    expect(rows).toEqual([{ owner: `${own}_loader` }])
  })

  it('needs no more than its database where the account is there, and no account of its own to make that', async () => {
    const url = new URL(other.url)
    url.pathname = `/${own}`
    const steps = await prepare({ url: url.href, adminUrl: undefined, tables: [], roles: [] })
    expect(failed(steps)).toEqual([])
    expect(steps[0]).toMatchObject({ kind: 'database', name: own, outcome: 'made' })
  })

  it('keeps what is in it', async () => {
    await prepare({ roles: [] })
    await withClient(lake.url, (client) =>
      client.query('insert into housing.rooms (id, name, loaded_at, run_id) values (1, $1, now(), gen_random_uuid())', ['Attic']),
    )
    await prepare({ roles: [] })
    const { rows } = await withClient(lake.url, (client) => client.query('select id, name from housing.rooms'))
    expect(rows).toEqual([{ id: '1', name: 'Attic' }])
  })

  it('lets a role read tables that come later to a schema it reads', async () => {
    await prepare()
    await withClient(lake.url, (client) => client.query('create table term_curated.later (id int)'))
    expect(failed(await prepare())).toEqual([])
  })
})

describe('views of a lake', () => {
  it('are read like tables, and one that was never filled is nobody’s trouble', async () => {
    await prepare({ roles: [] })
    await withClient(lake.url, (client) =>
      client.query(
        `create view term_curated.seen as select * from term_curated.term_data_by_service;
         create materialized view term_curated.filled as select 1 as one;
         create materialized view term_curated.never as select 1 as one with no data`,
      ),
    )
    const steps = await prepare()
    expect(failed(steps)).toEqual([])
    expect(ofKind(steps, 'schema').find(({ name }) => name === 'term_curated')?.said).toBe('3 tables read')
    expect(ofKind(steps, 'access')[0]?.said).toMatch(/^read 4 and was refused \d+ of \d+ tables, and may change none$/)
  })
})

describe('what does not work', () => {
  it('is said of a right that somebody granted besides, and of one to change something', async () => {
    await prepare()
    await withClient(lake.url, (client) =>
      client.query(
        `grant usage on schema course_raw to ${own}_people; grant select on course_raw.course_data to ${own}_people; grant delete on housing.rooms to ${own}_reports`,
      ),
    )
    expect(failed(await prepare())).toEqual([
      expect.stringContaining(`access ${own}_reports: It may change housing.rooms. `),
      expect.stringContaining(`access ${own}_people: It may read course_raw.course_data. `),
    ])
  })

  it.each([
    ['rows to put in where it reads nothing', 'insert on course_raw.course_data', 'course_raw', 'course_raw.course_data'],
    ['one column to change', 'update (name) on housing.rooms', 'housing', 'housing.rooms'],
    ['a table to empty', 'truncate on housing.rooms', 'housing', 'housing.rooms'],
  ])('is said of a right to %s', async (_, right, schema, table) => {
    await prepare()
    await withClient(lake.url, (client) =>
      client.query(`grant usage on schema ${schema} to ${own}_reports; grant ${right} to ${own}_reports`),
    )
    expect(failed(await prepare())).toEqual([expect.stringContaining(`access ${own}_reports: It may change ${table}. `)])
  })

  it('is tried as the account itself where the address names that of the lake elsewhere', async () => {
    await prepare()
    const { username, password } = new URL(lake.url)
    const url = new URL(other.url)
    url.pathname = `/${own}`
    url.username = ''
    url.password = ''
    url.searchParams.set('user', username)
    url.searchParams.set('password', decodeURIComponent(password))
    expect(failed(await prepare({ url: url.href, adminUrl: undefined }))).toEqual([])
    const roles = lake.roles.map((role) => ({ ...role, password: 'another' }))
    expect(failed(await prepare({ url: url.href, adminUrl: undefined, roles }))).toEqual(
      ['reports', 'people'].map((name) => expect.stringContaining(`role ${own}_${name}: The server refuses the account or its password.`)),
    )
  })

  it('is said of a password that is not the account’s, which stays what it is', async () => {
    await prepare()
    const [reports, people] = lake.roles
    if (reports === undefined || people === undefined) throw new Error('there are two roles')
    const steps = await prepare({ roles: [{ ...reports, password: 'another' }, people] })
    expect(failed(steps)).toEqual([expect.stringContaining(`role ${own}_reports: The server refuses the account or its password.`)])
    expect(failed(await prepare())).toEqual([])
  })

  it('is said of a schema that a role reads and nobody makes, and the rest is done', async () => {
    const [reports, people] = lake.roles
    if (reports === undefined || people === undefined) throw new Error('there are two roles')
    expect(failed(await prepare({ roles: [{ ...reports, reads: ['nowhere'] }, people] }))).toEqual([
      expect.stringContaining(`access ${own}_reports: There is no such schema.`),
    ])
  })

  it('is said of a file that the server refuses, and the others are applied', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-sql-'))
    await writeFile(
      join(folder, 'tidemark.sql'),
      'create schema if not exists tidemark; create table if not exists tidemark.applied_schema (file text primary key, hash text, applied_at timestamptz);',
    )
    await writeFile(join(folder, 'broken.sql'), 'create tabel x ();')
    await writeFile(join(folder, 'good.sql'), 'create schema good;')
    const steps = await prepare({ schemaFolder: folder, roles: [], tables: [], landingTables: [] })
    expect(failed(steps)).toEqual([expect.stringMatching(/^file sql\/broken.sql: /)])
    expect(steps.map(({ name }) => name)).toContain('good')
  })

  it('is said of a server that knows neither account nor database, with nobody to make them', async () => {
    const [only, ...others] = await prepare({ adminUrl: undefined })
    expect(others).toEqual([])
    expect(only).toMatchObject({
      kind: 'database',
      name: databaseOf(lake.url),
      outcome: 'failed',
      said: expect.stringContaining('LAKE_ADMIN_URL'),
    })
  })
})
