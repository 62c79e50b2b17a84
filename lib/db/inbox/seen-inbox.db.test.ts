import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { fillTwoGroups, rowsSeenAfter } from '#lib/testing/database/two-groups.ts'

/** Whatever belongs to the second group bears this mark. */
const MARK = `hidden${randomUUID().slice(0, 8)}`
let database: TestDatabase
let whole: Context

beforeAll(async () => {
  database = await createTestDatabase()
  whole = database.context()
  await fillTwoGroups(whole, MARK)
})
afterAll(() => database.drop())

describe('what asks for a flow', () => {
  const settings = "select settings from flow where name = 'records-flow'"
  const asked = (on: object) =>
    rowsSeenAfter<{ settings: object }>(
      whole,
      `update flow set settings = settings || '${JSON.stringify({ on: [on], source: { yaml: MARK } })}' where name = 'records-flow'`,
      settings,
    )

  it('is not told where it names a feed or a connection of another group, nor are the lines that say so', async () => {
    for (const on of [
      { kind: 'fresh', feeds: ['records/records-feed', `${MARK}/${MARK}-feed`] },
      { kind: 'message', source: `${MARK}-source` },
    ]) {
      const [row] = await asked(on)
      expect(row?.settings).toEqual(expect.not.objectContaining({ on: expect.anything() }))
      expect(JSON.stringify(row)).not.toContain(MARK)
    }
    const [own] = await asked({ kind: 'fresh', feeds: ['records/records-feed'] })
    expect(own?.settings).toMatchObject({ on: [{ kind: 'fresh' }] })
  })

  it('shows no file that came over a connection of another group', async () => {
    const files = await rowsSeenAfter(
      whole,
      `update inbox_file set source = '${MARK}-source' where flow_key = 'records-flow'`,
      'select key from inbox_file',
    )
    expect(files).toEqual([])
  })
})
