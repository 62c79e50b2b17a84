import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { bindAddress, nextBinding } from './bind-address.ts'

const LOOPBACK = '127.0.0.1'
const EVERYWHERE = '0.0.0.0'
const REST = 'page: { name: Campus data, zone: America/New_York }\ngroups: {}\n'

let db: TestDatabase
let folder: string
let config: string

beforeEach(async () => {
  db = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'access-'))
  config = join(folder, 'tidemark.yaml')
})

afterEach(async () => {
  await db.drop()
  await rm(folder, { recursive: true })
})

async function accept(access: 'public' | 'private'): Promise<void> {
  await db
    .context()
    .pool.query(`insert into catalogue_version (hash, document, schema, accepted_at) values ($1, $2, '{}', '2026-11-29T06:00:00Z')`, [
      access,
      JSON.stringify({ access }),
    ])
}

async function startWith(text: string | null): Promise<string> {
  if (text !== null) await writeFile(config, text)
  return (await bindAddress({ host: undefined, config, databaseUrl: db.url })).address
}

describe('the web of a page whose last good catalogue says public', () => {
  beforeEach(() => accept('public'))

  test.each([
    ['cannot be parsed', `access: public\n  broken: [\n${REST}`],
    ['has lost its access line and has another mistake', `${REST}conections: {}\n`],
    ['has a slip in the access itself', `access: publc\n${REST}`],
    ['has a slip in the name of the setting', `acess: public\n${REST}`],
    ['is empty', ''],
    ['is gone', null],
  ])('listens on every address when the file %s', async (_how, text) => {
    expect(await startWith(text)).toBe(EVERYWHERE)
  })

  test('listens on the loopback address when a good file says private', async () => {
    expect(await startWith(`access: private\n${REST}`)).toBe(LOOPBACK)
    expect(await startWith(REST)).toBe(LOOPBACK)
  })
})

test('the web of a private page stays private when a file with a mistake says public, and follows a good one', async () => {
  await accept('private')
  expect(await startWith(`access: public\n${REST}conections: {}\n`)).toBe(LOOPBACK)
  expect(await startWith(`access: public\n${REST}`)).toBe(EVERYWHERE)
})

describe('a running web', () => {
  test('moves when a catalogue with another access is accepted, and by nothing else', async () => {
    await accept('private')
    await writeFile(config, `access: public\n${REST}`)
    const first = await bindAddress({ host: undefined, config, databaseUrl: db.url })
    expect(await nextBinding(first, db.url)).toEqual(first)
    await accept('public')
    const second = await nextBinding(first, db.url)
    expect(second.address).toBe(EVERYWHERE)
    await accept('private')
    expect((await nextBinding(second, db.url)).address).toBe(LOOPBACK)
  })

  test('stays where it is while the database does not answer', async () => {
    const current = { address: EVERYWHERE, version: 7 }
    expect(await nextBinding(current, 'postgres://x@127.0.0.1:1/none')).toEqual(current)
  })
})
