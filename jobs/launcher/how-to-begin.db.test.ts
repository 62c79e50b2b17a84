import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lookAtInvitation } from '#lib/access/invitations.ts'
import { putSetting } from '#lib/db/settings.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import type { Settings } from './environment.ts'
import { sayHowToBegin } from './how-to-begin.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

async function said(variables: Record<string, string> = {}, publicUrl = 'https://status.example.edu'): Promise<string[]> {
  const lines: string[] = []
  const settings: Settings = {
    ...{ databaseUrl: database.url, lakeDatabaseUrl: '', secret: '', config: undefined, isDevelopment: false },
    publicUrl,
    environment: readEnvironment({ ENV_FILE: 'none', TIDEMARK_CONFIG: 'tidemark.yaml', ...variables }),
  }
  await sayHowToBegin(settings, systemClock, (line) => lines.push(line))
  return lines
}

describe('the start', () => {
  test('prints a link for the first admin while there is none, which works; and then no more', async () => {
    const [words, line = ''] = await said()
    expect(words).toContain('has no admin yet')
    const [, token = ''] = /^ {2}https:\/\/status\.example\.edu\/sign-in\/invitation\/([\w-]+)$/.exec(line) ?? []
    expect(await lookAtInvitation(database.context(), token)).toMatchObject({ invitation: { role: 'admin', email: null } })
    await addPerson(database.context(), 'root', 'admin')
    expect(await said()).toEqual([])
  })

  test('says where the link leads nowhere because no browser would keep the sign-in', async () => {
    const [, , words] = await said({}, 'http://datahost:3000')
    expect(words).toMatch(/^Beyond its own machine .* set TIDEMARK_URL to its https address, now http:\/\/datahost:3000\.$/)
    expect(await said({}, 'http://localhost:3000')).toHaveLength(2)
  })

  test('says that a public page is for this machine only as long as HOST is not set', async () => {
    const ctx = database.context()
    await addPerson(ctx, 'root', 'admin')
    await putSetting(ctx.whole, 'access', 'public')
    expect(await said()).toEqual([expect.stringContaining('set HOST=0.0.0.0')])
    expect(await said({ HOST: '127.0.0.1' })).toEqual([])
    await putSetting(ctx.whole, 'access', 'private')
    expect(await said()).toEqual([])
  })
})
