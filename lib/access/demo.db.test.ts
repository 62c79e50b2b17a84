import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { hasAdmin } from '#lib/db/people/people.ts'
import { putSetting } from '#lib/db/settings.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { putDemoPeople, signInAtDemo } from './demo.ts'
import { whoAsks } from './sessions.ts'
import { signIn } from './sign-in.ts'

const HERE = siteOf('localhost:3000', 'http://localhost:3000')
const PAGE = { name: 'Demo', zone: 'UTC', readyBy: '08:00', url: null }
let database: TestDatabase
let ctx: Context

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = { ...database.context(systemClock, visitor()), from: '127.0.0.1' }
  await putDemoPeople(ctx)
  await putDemoPeople(ctx)
})
afterAll(() => database.drop())

const isDemo = (demo: boolean) => putSetting(ctx.whole, 'page', { ...PAGE, demo })
const come = (key: string, from: string | null, site = HERE) =>
  signInAtDemo({ ...ctx, from }, key, { site, name: null, sessionId: null }).then(
    async (header) => (await whoAsks(ctx, site, header.split(';')[0] ?? ''))?.actor,
    (error: { publicMessage: string }) => error.publicMessage,
  )
const REFUSED = 'Signing in by one click is for the demo, on the machine it runs on.'

describe('the people of the demo', () => {
  it('are three, once, one of them an admin', async () => {
    expect((await ctx.whole.query('select role from person order by role')).rows.map(({ role }) => role)).toEqual([
      'admin',
      'engineer',
      'viewer',
    ])
    expect(await hasAdmin(ctx.whole)).toBe(true)
  })

  it('are signed in as by one click at the machine the demo runs on, with an entry each', async () => {
    await isDemo(true)
    expect(await come('engineer', '127.0.0.1')).toMatchObject({ name: 'Noor Haddad', role: 'engineer' })
    expect(await come('admin', '::1')).toMatchObject({ role: 'admin' })
    const { rows } = await ctx.whole.query('select actor, action, refusal from audit order by id')
    expect(rows.map(({ actor, refusal }) => [actor, refusal])).toEqual([
      ['Noor Haddad', null],
      ['Robin Okafor', null],
    ])
  })

  it('are nobody’s from another machine, by another name, on a page that is no demo, or by another key', async () => {
    await isDemo(true)
    for (const from of ['10.0.0.1', '192.168.1.2', '127.0.0.1.example', null]) expect(await come('admin', from)).toBe(REFUSED)
    for (const host of ['demo.example.edu', '10.0.0.5:3000'])
      expect(await come('admin', '127.0.0.1', siteOf(host, 'http://localhost:3000'))).toBe(REFUSED)
    expect(await come('admin', '127.0.0.1', siteOf('localhost', 'https://demo.example.edu'))).toBe(REFUSED)
    for (const key of ['root', '', 'admin@demo.invalid']) expect(await come(key, '127.0.0.1')).toBe(REFUSED)
    await isDemo(false)
    expect(await come('admin', '127.0.0.1')).toBe(REFUSED)
  })

  it('have no password that could be tried', async () => {
    const given = { email: 'admin@demo.invalid', password: '' }
    const tried = signIn({ ...ctx, from: '127.0.0.9' }, given, { site: HERE, name: null, sessionId: null })
    await expect(tried).rejects.toMatchObject({ code: 'unauthorized' })
  })
})
