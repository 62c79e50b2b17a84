import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { requestContext, whoIsAsking } from '#app/_lib/request-context.ts'
import { mediaType } from '#app/_lib/same-origin.ts'
import type { WebProcess } from '#app/_lib/web-process.ts'
import { POST as changePassword } from '#app/api/account/password/route.ts'
import { knownBrowserCookie } from '#lib/access/known-browser.ts'
import { startSession } from '#lib/access/sessions.ts'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { putSetting } from '#lib/db/settings.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { getHealth } from '#lib/queries/pages/health.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { addPerson, cookieOf } from '#lib/testing/database/people.ts'
import { openGate, openWebWorld, WEB_SECRET, type WebWorld } from '#lib/testing/worlds/web-world.ts'
import { headOf, rawRequest } from '../../e2e/attack/raw-request.ts'
import { rememberAccess } from './remember-access.ts'

let world: WebWorld
let web: WebProcess
let gate: Awaited<ReturnType<typeof openGate>>
let cookie: string
let ada: Awaited<ReturnType<typeof addPerson>>

beforeEach(async () => {
  world = await openWebWorld()
  web = world.web
  gate = await openGate(web, async (_request, response) => {
    const { actor, from } = await requestContext()
    response.end(JSON.stringify({ actor, from, sessionId: whoIsAsking().sessionId }))
  })
  ada = await addPerson(web.context, 'ada', 'engineer')
  const site = siteOf(`127.0.0.1:${gate.port}`, web.context.publicUrl)
  cookie = (await startSession(web.context, site, ada, null)).split(';')[0] ?? ''
})
afterEach(async () => {
  await gate.close()
  await world.close()
})

/** From now on the statements of a kind end as those of a connection that broke. */
function breakOff(isOf: (text: string) => boolean): void {
  const { whole } = web.context
  const { query } = whole
  const gone = () => Promise.reject(new Error('Connection terminated unexpectedly'))
  whole.query = ((...given: unknown[]) => (isOf(String(given[0])) ? gone() : Reflect.apply(query, whole, given))) as typeof query
}

const access = (value: 'public' | 'private') => putSetting(web.context.whole, 'access', value)
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(gate.port, headOf(method, path, { host: `127.0.0.1:${gate.port}`, ...headers }))
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
      expect(head).toMatch(/x-content-type-options: nosniff/i)
    }
    for (const path of ['/api/v1/status', '/api/v1/events', '/feed.atom']) {
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
    expect((await ask('/runs', { authorization: `Bearer ${WEB_SECRET}` })).status).toBe(200)
    expect((await ask('/runs', { authorization: `Bearer ${WEB_SECRET}x` })).status).toBe(401)
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

it('tries to sign in beyond the room there is wait and are refused, wherever they come from and whatever session they claim; a browser known to be somebody’s, and who reads, are none of them', async () => {
  await access('public')
  const clock = new FakeClock(web.context.clock.now())
  await gate.close()
  const context = { ...web.context, clock }
  gate = await openGate({ ...web, context }, async (_request, response) => void response.end())
  const tryIt = (i: number, headers = {}) =>
    ask('/api/sign-in', { 'content-type': 'application/json', 'content-length': '0', 'x-forwarded-for': `10.9.0.${i}`, ...headers }, 'POST')
  const sessions = countQueries(/person_session/)
  const waits = vi.spyOn(clock, 'sleep')
  let answered = 0
  const tries = Array.from({ length: 100 }, async (_, i) => {
    const answer = await tryIt(i, i < 20 ? {} : { cookie: `${cookie}x` })
    answered += 1
    return answer
  })
  await expect.poll(() => waits.mock.calls.length, { timeout: 20_000 }).toBe(80)
  await expect.poll(() => clock.advance(1000).then(() => answered), { timeout: 20_000 }).toBe(100)
  const answers = await Promise.all(tries)
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(15)
  expect(sessions()).toBeLessThanOrEqual(100 - refused.length)
  expect(refused[0]?.head).toMatch(/retry-after: 60/i)
  expect(JSON.parse(refused[0]?.body ?? '')).toEqual({ problem: 'Very many are signing in right now. Try again in a minute.' })
  const site = siteOf(`127.0.0.1:${gate.port}`, web.context.publicUrl)
  const [known = ''] = knownBrowserCookie(context, site, 'ada@example.edu').split(';')
  expect((await tryIt(1, { cookie: known })).status).toBe(200)
  expect((await ask('/runs')).status).toBe(200)
})

/** Tells how many statements of a kind were asked since. */
function countQueries(kind: RegExp): () => number {
  const { whole } = web.context
  const { query } = whole
  let asked = 0
  whole.query = ((...given: unknown[]) => {
    if (kind.test(String(given[0]))) asked += 1
    return Reflect.apply(query, whole, given)
  }) as typeof query
  return () => asked
}

it('who has read before goes on reading when the database goes just now, as who they were; nobody else does', async () => {
  await access('private')
  await asker('/', { cookie })
  const [never = ''] = (await startSession(web.context, siteOf(`127.0.0.1:${gate.port}`, web.context.publicUrl), ada, null)).split(';')
  breakOff((text) => text.includes('person_session'))
  expect(await asker('/', { cookie })).toMatchObject({ actor: { kind: 'person', name: 'Ada' } })
  expect((await ask('/', { cookie: never })).body).not.toContain('Ada')
})

it('before the first catalogue a page that others reach is private, one for this machine alone is not', async () => {
  const isPrivate = async (isForOthers: boolean) => (await rememberAccess(web.context, { isForOthers })())?.isPrivate
  expect([await isPrivate(true), await isPrivate(false)]).toEqual([true, false])
  await access('public')
  expect(await isPrivate(true)).toBe(false)
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

describe('an order whose sender cannot be looked up, as the database is silent', () => {
  beforeEach(async () => {
    await access('private')
    const more = await openGate(web, async (request, response) => {
      const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const body = mediaType(headers) === 'application/json' ? '{}' : 'password=a'
      const sent = new Request(`http://127.0.0.1${request.url}`, { method: 'POST', headers, body })
      const answer = await changePassword(sent)
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    })
    await gate.close()
    gate = more
    const { rows } = await web.context.whole.query('select id, name, email from person')
    cookie = await cookieOf(web.context, `http://127.0.0.1:${gate.port}`, rows[0])
  })

  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const json = { 'content-type': 'application/json' }
  const order = (headers: Record<string, string>) => {
    const origin = `http://127.0.0.1:${gate.port}`
    return ask('/api/account/password', { cookie, origin, 'content-length': '0', ...headers }, 'POST')
  }

  it('is answered 503 in words and with when to come again, to a script and to a form', async () => {
    breakOff((text) => /person_session|api_token|try_count|audit/.test(text))
    for (const [headers, type] of [
      [json, /application\/json/],
      [form, /text\/html/],
      [{ ...json, authorization: `Bearer tdm_${'x'.repeat(43)}` }, /application\/json/],
    ] as const) {
      const { status, head, body } = await order(headers)
      expect([status, body]).toEqual([503, expect.stringMatching(/ask again in a moment/)])
      expect(head).toMatch(type)
      expect(head).toMatch(/retry-after: 10\r?\n/i)
    }
  })

  it('is refused with its entry in the audit, when the database is back a moment later', async () => {
    breakOff((text) => /person_session/.test(text))
    const { status, head, body } = await order(json)
    expect([status, body]).toEqual([503, expect.stringContaining('It cannot be looked up right now who you are. Ask again in a moment.')])
    expect(head).toMatch(/retry-after: 10\r?\n/i)
    const { rows } = await web.context.whole.query('select action, actor_kind, refusal from audit')
    expect(rows).toEqual([{ action: 'password.change', actor_kind: 'visitor', refusal: expect.stringContaining('looked up') }])
  })

  it('is not even tried while the database is known to be silent', async () => {
    globalThis.tidemarkDatabaseTrouble = { problem: 'The database is frozen.', since: 5 }
    const asked: string[] = []
    breakOff((text) => /person_session|try_count|audit/.test(text) && asked.push(text) > 0)
    const { status, head } = await order(json)
    globalThis.tidemarkDatabaseTrouble = undefined
    expect([status, asked]).toEqual([503, []])
    expect(head).toMatch(/retry-after: 10\r?\n/i)
  })
})
