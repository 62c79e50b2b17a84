import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { type Asked, NAMELESS, NO_QUERIES, QUERIES } from '#lib/testing/worlds/every-query.ts'
import { openTwoGroups } from '#lib/testing/worlds/two-groups-world.ts'

const MARK = `hidden${randomUUID().slice(0, 8)}`

let world: Awaited<ReturnType<typeof openTwoGroups>>
let everything: Context
let records: Context

beforeAll(async () => {
  world = await openTwoGroups(MARK, { crosses: true })
  ;({ everything, records } = world)
})
afterAll(() => world.database.drop())

const asked = (name: string, from: number): Asked => ({
  name,
  group: from,
  feed: from + 1,
  assets: [from + 2, from + 3],
  run: world.runOf(name),
})

function exportedQueries(): string[] {
  const root = import.meta.dirname
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /(?<!\.test)\.ts$/.test(path))
  return files.flatMap((path) =>
    [
      ...readFileSync(join(root, path), 'utf8').matchAll(
        /^export (?:async )?function\*? (\w+)(?:<[^(]*>)?\(\s*(?:(?:ctx|context): |\{[^}]*\}: Pick<Context)/gm,
      ),
    ].map(([, name = '']) => name),
  )
}

describe('every query', () => {
  it('is asked here, so that a new one has to be', () => {
    const found = exportedQueries().filter((name) => !NO_QUERIES.includes(name))
    expect(found.length).toBeGreaterThan(45)
    expect(found.sort()).toEqual(Object.keys(QUERIES).sort())
  })

  it.each(Object.keys(QUERIES))('%s: tells somebody who sees one group nothing of the other, whichever they ask about', async (name) => {
    const query = QUERIES[name] ?? (() => Promise.reject(new Error('no such query')))
    for (const about of [asked('records', 1), asked(MARK, 11)])
      expect(JSON.stringify(await query(records, about)) ?? '').not.toContain(MARK)
  })

  it.each(Object.keys(QUERIES).filter((name) => !NAMELESS.includes(name)))('%s: would tell it to who sees everything', async (name) => {
    expect(JSON.stringify(await QUERIES[name]?.(everything, asked(MARK, 11)))).toContain(MARK)
  })
})
