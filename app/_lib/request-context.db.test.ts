import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeContext } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { openWebDatabase } from '#lib/queries/shared/web-context.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { requestContext } from './request-context.ts'
import type { WebProcess } from './web-process.ts'

let database: TestDatabase
let web: ReturnType<typeof openWebDatabase>
beforeEach(async () => {
  database = await createTestDatabase()
  web = openWebDatabase(readEnvironment({ DATABASE_URL: database.url }))
  const process: Pick<WebProcess, 'context' | 'ask'> = web
  globalThis.tidemarkWebProcess = process as WebProcess
})
afterEach(async () => {
  globalThis.tidemarkWebProcess = undefined
  await closeContext(web.context)
  await database.drop()
})

test('somebody at the page may order while the catalogue keeps it private, and only read before there is one or while it is public', async () => {
  const role = async () => (await requestContext()).actor.role
  expect(await role()).toBe('viewer')
  await putSetting(web.context.whole, 'access', 'private')
  expect(await role()).toBe('admin')
  await putSetting(web.context.whole, 'access', 'public')
  expect(await role()).toBe('viewer')
})

test('a process as such may order nothing, whatever the page is', () => {
  expect(web.context.actor).toMatchObject({ kind: 'visitor', role: 'viewer' })
})
