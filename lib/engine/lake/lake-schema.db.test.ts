import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLakeBench } from '#lib/testing/runs/lake-bench.ts'

let bench: Awaited<ReturnType<typeof createLakeBench>>
let admin: Client
const lakeOf: typeof bench.lakeOf = (...given) => bench.lakeOf(...given)

beforeAll(async () => {
  bench = await createLakeBench()
  admin = bench.admin
})

afterAll(() => bench?.close())

describe('the schema', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidemark-sql-'))
    await copyFile('sql/tidemark.sql', join(folder, 'tidemark.sql'))
    await writeFile(join(folder, 'thing.sql'), 'create table if not exists thing (n int); insert into thing values (1);')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('is applied once per content, however many come at the same time', async () => {
    const lakes = await Promise.all([lakeOf('ddl-one', 600, { schemaFolder: folder }), lakeOf('ddl-two', 601, { schemaFolder: folder })])
    await Promise.all(lakes.flatMap((lake) => [lake.applySchema('thing.sql'), lake.applySchema('thing.sql')]))
    expect((await admin.query('select n from thing')).rows).toEqual([{ n: 1 }])
  })

  it('is applied again when the file has changed', async () => {
    await writeFile(join(folder, 'thing.sql'), 'create table if not exists thing (n int); insert into thing values (2);')
    const lake = await lakeOf('ddl-three', 602, { schemaFolder: folder })
    await lake.applySchema('thing.sql')
    expect((await admin.query('select n from thing order by n')).rows).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('leaves nothing of a file that fails', async () => {
    await writeFile(join(folder, 'broken.sql'), 'create table half (n int); select 1 / 0;')
    const lake = await lakeOf('ddl-four', 603, { schemaFolder: folder })
    await expect(lake.applySchema('broken.sql')).rejects.toMatchObject({ code: '22012' })
    expect((await admin.query("select to_regclass('half') as half")).rows).toEqual([{ half: null }])
  })

  it('is not applied by an attempt that no longer holds the fence', async () => {
    await writeFile(join(folder, 'late.sql'), 'create table late (n int);')
    const older = await lakeOf('ddl-five', 604, { schemaFolder: folder })
    await lakeOf('ddl-five', 605, { schemaFolder: folder })
    await expect(older.applySchema('late.sql')).rejects.toThrow()
    expect((await admin.query("select to_regclass('late') as late")).rows).toEqual([{ late: null }])
  })
})
