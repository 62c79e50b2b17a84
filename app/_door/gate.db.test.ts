import { AsyncLocalStorage } from 'node:async_hooks'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requestContext, whoIsAsking } from '#app/_lib/request-context.ts'
import type { WebProcess } from '#app/_lib/web-process.ts'
import { startSession } from '#lib/access/sessions.ts'
import { closeContext } from '#lib/db/context.ts'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { putSetting } from '#lib/db/settings.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { getHealth } from '#lib/queries/pages/health.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { openWebDatabase } from '#lib/queries/shared/web-context.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { headOf, rawRequest } from '../../e2e/attack/raw-request.ts'
import { createDoor } from './door.ts'
import { withGate } from './gate.ts'

const SECRET = 'a secret of forty characters, at least so'
let database: TestDatabase
let web: WebProcess
let door: ReturnType<typeof createDoor>
let port: number
let cookie: string

beforeEach(async () => {
  database = await createTestDatabase()
  const opened = openWebDatabase(readEnvironment({ DATABASE_URL: database.url, TIDEMARK_SECRET: SECRET, ENV_FILE: 'none' }))
  const process: Pick<WebProcess, 'context' | 'ask' | 'asking' | 'internalKey'> = {
    ...opened,
    asking: new AsyncLocalStorage(),
    internalKey: SECRET,
  }
  web = process as WebProcess
  globalThis.tidemarkWebProcess = web
  const gated = withGate({
    web,
    access: () => getPageAccess(web.context),
    isDevelopment: false,
    async answer(_request, response) {
      const { actor, from } = await requestContext()
      response.end(JSON.stringify({ actor, from, sessionId: whoIsAsking().sessionId }))
    },
  })
  door = createDoor({ isDevelopment: false, addresses: [], catalogueAddress: async () => null, answer: gated })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  port = (door.address() as AddressInfo).port
  const ada = await addPerson(database.context(), 'ada', 'engineer')
  const site = siteOf(`127.0.0.1:${port}`, web.context.publicUrl)
  cookie = (await startSession(web.context, site, ada, null)).split(';')[0] ?? ''
})
afterEach(async () => {
  globalThis.tidemarkWebProcess = undefined
  door.closeAllConnections()
  await new Promise((resolve) => door.close(resolve))
  await closeContext(web.context)
  await database.drop()
})

const access = (value: 'public' | 'private') => putSetting(web.context.whole, 'access', value)
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(port, headOf(method, path, { host: `127.0.0.1:${port}`, ...headers }))
const asker = async (path: string, headers: Record<string, string> = {}) => JSON.parse((await ask(path, headers)).body)

describe('a private page', () => {
  beforeEach(() => access('private'))

  it('sends whoever has no session to sign in, and tells programs in words; nothing behind it is asked', async () => {
    for (const [headers, method] of [
      [{}, 'GET'],
      [{ rsc: '1' }, 'GET'],
      [{}, 'HEAD'],
      [{ cookie: `${cookie}x` }, 'GET'],
    ] as const) {
      const { status, head, body } = await ask('/feeds/terms?day=2026-11-20', headers, method)
      expect([status, body]).toEqual([303, ''])
      expect(head).toMatch(/location: \/sign-in\?to=%2Ffeeds%2Fterms%3Fday%3D2026-11-20\r?\n/i)
      expect(head).toMatch(/cache-control: no-store/i)
    }
    for (const path of ['/api/v1/status', '/api/v1/events', '/feed.atom', '/overview'].slice(0, 3)) {
      const { status, body } = await ask(path)
      expect([status, JSON.parse(body)]).toEqual([401, { problem: expect.stringContaining('private') }])
    }
  })

  it('asks browsers to come over TLS alone where people reach it so, and nowhere else', async () => {
    expect((await ask('/sign-in')).head).not.toMatch(/strict-transport-security/i)
    await putSetting(web.context.whole, 'page', {
      ...{ name: 'Campus', zone: 'UTC', readyBy: '08:00', demo: false },
      url: 'https://status.example.edu',
    })
    for (const path of ['/sign-in', '/feeds/terms', '/api/v1/status'])
      expect((await ask(path)).head, path).toMatch(/strict-transport-security: max-age=31536000\r?\n/i)
  })

  it('lets a session in, and no more once it has ended', async () => {
    expect(await asker('/runs', { cookie })).toMatchObject({ actor: { kind: 'person', name: 'Ada', role: 'engineer' }, from: '127.0.0.1' })
    await web.context.whole.query('delete from person_session')
    expect((await ask('/runs', { cookie })).status).toBe(303)
  })

  it('takes an order of nobody as that of somebody who sees nothing', async () => {
    const { body } = await ask('/api/v1/pauses', { 'content-length': '0' }, 'POST')
    expect(JSON.parse(body)).toMatchObject({ actor: { kind: 'visitor', role: 'viewer', audience: '' }, sessionId: null })
    const sight = await web.asking.run({ ...whoIsAsking() }, () => requestContext())
    expect((await sight.pool.query('select 1 from person union all select 1 from subject')).rowCount).toBe(0)
  })

  it('lets its own process ask for what it renders, and nobody who claims to be it', async () => {
    expect((await ask('/runs', { authorization: `Bearer ${SECRET}` })).status).toBe(200)
    expect((await ask('/runs', { authorization: `Bearer ${SECRET}x` })).status).toBe(401)
  })
})

describe('a public page', () => {
  beforeEach(() => access('public'))

  it('is read by everybody, who see what no audience names', async () => {
    expect(await asker('/runs')).toMatchObject({ actor: { kind: 'visitor', role: 'viewer', audience: null }, sessionId: null })
    await putPeopleSettings(web.context.whole, {
      people: { roles: [], oidc: null, mail: null },
      audiences: [{ key: 'records', groups: ['records'], for: { oidc: [], people: [] } }],
    })
    expect((await asker('/runs')).actor).toMatchObject({ audience: 'everybody' })
  })

  it('knows who has a session', async () => {
    expect((await asker('/runs', { cookie })).actor).toMatchObject({ kind: 'person', name: 'Ada' })
  })
})

describe('where somebody comes from', () => {
  beforeEach(() => access('public'))

  it('is the last address a proxy on this machine names, and never what the asker says', async () => {
    expect(await asker('/runs', { 'x-forwarded-for': '6.6.6.6, 10.1.2.3' })).toMatchObject({ from: '10.1.2.3' })
    for (const headers of [{ 'x-forwarded-for': 'nonsense' }, { 'x-tidemark-from': '10.9.9.9' }, { forwarded: 'for=10.9.9.9' }])
      expect(await asker('/runs', headers as Record<string, string>)).toMatchObject({ from: '127.0.0.1' })
  })
})

it('the health of a private page is told to everybody', async () => {
  await access('private')
  expect((await ask('/api/health')).status).toBe(200)
  expect(Object.keys(await getHealth(web.context))).not.toContain('connections')
})
