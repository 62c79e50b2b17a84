import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeContext } from '#lib/db/context.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { openWebDatabase } from './web-context.ts'

let db: TestDatabase
beforeEach(async () => {
  db = await createTestDatabase()
})
afterEach(() => db.drop())

test('a database whose every connection is busy with pages is not silent', async () => {
  const web = openWebDatabase(readEnvironment({ DATABASE_URL: db.url }))
  const busy = await Promise.all(Array.from({ length: 8 }, () => web.context.pool.connect()))
  await expect(web.ask()).resolves.toMatchObject({ rowCount: 1 })
  for (const client of busy) client.release()
  await closeContext(web.context)
})
