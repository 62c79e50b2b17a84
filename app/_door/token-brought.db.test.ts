import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requestContext, whoIsAsking } from '#app/_lib/request-context.ts'
import type { WebProcess } from '#app/_lib/web-process.ts'
import { POST as endToken } from '#app/api/account/tokens/end/route.ts'
import { POST as makeToken } from '#app/api/account/tokens/route.ts'
import { POST as requestRun } from '#app/api/v1/flows/[flow]/runs/route.ts'
import { startSession } from '#lib/access/sessions.ts'
import { createToken, tokenRequestSchema } from '#lib/access/tokens.ts'
import { asActor } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { formRequest, NOBODY, openGate, openWebWorld, type WebWorld } from '#lib/testing/worlds/web-world.ts'
import { headOf, rawRequest } from '../../e2e/attack/raw-request.ts'
import { whoBrought } from './token-brought.ts'

let world: WebWorld
let web: WebProcess
let gate: Awaited<ReturnType<typeof openGate>>
let cookie: string
let seen: string[]
let asAda: WebProcess['context']

beforeEach(async () => {
  world = await openWebWorld()
  web = world.web
  await putSetting(web.context.whole, 'access', 'private')
  seen = []
  gate = await openGate(web, async (request, response) => {
    seen.push(request.url ?? '')
    const { actor } = await requestContext()
    response.end(JSON.stringify({ actor, sessionId: whoIsAsking().sessionId }))
  })
  const ada = await addPerson(web.context, 'ada', 'engineer')
  asAda = asActor(web.context, person({ ...ada, audience: null }))
  cookie = (await startSession(web.context, siteOf(`127.0.0.1:${gate.port}`, web.context.publicUrl), ada, null)).split(';')[0] ?? ''
})
afterEach(async () => {
  await gate.close()
  await world.close()
})

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(gate.port, headOf(method, path, { host: `127.0.0.1:${gate.port}`, ...headers }))
const make = (given: object = {}) => createToken(asAda, tokenRequestSchema.parse({ name: 'nightly', ...given }))
const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` })
const audit = async () =>
  (
    await web.context.whole.query(
      "select action, actor_kind, refusal is null as done from audit where action not like 'token.create' order by id",
    )
  ).rows

describe('a program with a token', () => {
  it('is let in at a private page as what the token says, whatever cookies come along', async () => {
    const { status, body } = await ask('/api/v1/feeds', { ...bearer(await make()), cookie })
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { actor: expect.objectContaining({ kind: 'token', role: 'viewer' }), sessionId: null },
    ])
  })

  it('that is wrong, over or not for this is told so in words and by header, and falls back on no cookie', async () => {
    const [ended, expired, push, key] = [await make(), await make(), await make({ scopes: ['push'] }), await make({ kind: 'address' })]
    await web.context.whole.query('update api_token set ended_at = now() where id = $1', [ended.id])
    await web.context.whole.query("update api_token set expires_at = now() - interval '1 day' where id = $1", [expired.id])
    for (const [made, wanted, challenge] of [
      [{ token: `tdm_${'x'.repeat(43)}` }, 401, 'invalid_token'],
      [{ token: 'nonsense' }, 401, 'invalid_token'],
      [ended, 401, 'invalid_token'],
      [expired, 401, 'invalid_token'],
      [key, 401, 'invalid_token'],
      [push, 403, 'insufficient_scope'],
    ] as const) {
      const { status, head, body } = await ask('/api/v1/feeds', { ...bearer(made), cookie })
      expect([status, JSON.parse(body)]).toEqual([wanted, { problem: expect.stringMatching(/^This (token|key) /) }])
      expect(head).toMatch(new RegExp(`www-authenticate: Bearer realm="Tidemark", error="${challenge}"`, 'i'))
      expect(body).not.toContain(made.token)
    }
    expect(seen).toEqual([])
    expect(await audit()).toHaveLength(5)
  })

  it('takes no other scheme for a token, and says to strangers how to ask', async () => {
    expect((await ask('/api/v1/feeds', { authorization: 'Basic YTpi', cookie })).status).toBe(200)
    expect((await ask('/api/v1/feeds')).head).toMatch(/www-authenticate: Bearer realm="Tidemark"\r?\n/i)
  })
})

describe('the key of an address', () => {
  it('lets a reader in at the two addresses that take one, and stands in no address behind the door', async () => {
    const { token } = await make({ kind: 'address' })
    for (const path of ['/feed.atom', '/api/v1/status']) {
      const { status, body } = await ask(`${path}?key=${token}`)
      expect([status, JSON.parse(body)]).toEqual([
        200,
        { actor: expect.objectContaining({ kind: 'token', role: 'viewer' }), sessionId: null },
      ])
    }
    expect(seen).toEqual(['/feed.atom', '/api/v1/status'])
  })

  it('opens nothing else, and neither does a token in an address', async () => {
    const [key, token] = [await make({ kind: 'address' }), await make()]
    for (const path of ['/api/v1/feeds', '/api/v1/runs', '/', '/feeds/terms', '/api/v1/events']) {
      expect([path, (await ask(`${path}?key=${key.token}`)).status >= 300]).toEqual([path, true])
    }
    expect((await ask(`/api/v1/status?key=${token.token}`)).status).toBe(401)
    expect((await ask('/api/v1/status?key=nonsense', { cookie })).status).toBe(401)
    expect((await ask(`/api/v1/status?key=${key.token}`, {}, 'HEAD')).status).toBe(200)
    expect(seen.length).toBe(1)
  })
})

describe('an order by token', () => {
  const order = async (given: object | { token: string }, headers: Record<string, string> = {}) => {
    const token = 'token' in given ? String(given.token) : (await make(given)).token
    const found = await whoBrought(web, { text: token, kind: 'token' }, null, 'order')
    const asking =
      found instanceof Error
        ? { ...NOBODY, actor: { ...asAda.actor, kind: 'visitor' as const, role: 'viewer' as const }, refusal: found }
        : { ...NOBODY, actor: found }
    const request = new Request('http://localhost/api/v1/flows/term/runs', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', ...headers },
    })
    return web.asking.run(asking, () => requestRun(request, { params: Promise.resolve({ flow: 'term' }) }))
  }
  beforeEach(() => insertFlow(web.context, { name: 'term', cron: '0 1 * * *' }))

  it('needs the scope for it, and no origin', async () => {
    expect((await order({ scopes: ['run'] }, { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' })).status).toBe(200)
    const refused = await order({ scopes: ['read'] })
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([403, 'Bearer realm="Tidemark", error="insufficient_scope"'])
    expect(await audit()).toEqual([
      { action: 'run.request', actor_kind: 'token', done: true },
      { action: 'run.request', actor_kind: 'token', done: false },
    ])
  })

  it('with a token that is over leaves one entry: the order, refused', async () => {
    const refused = await order({ token: `tdm_${'x'.repeat(43)}` })
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="Tidemark", error="invalid_token"'])
    expect(await audit()).toEqual([{ action: 'run.request', actor_kind: 'visitor', done: false }])
  })
})

describe('tokens are made and ended at the page', () => {
  const send = (handler: () => Promise<Response>, actor = asAda.actor) => web.asking.run({ ...NOBODY, actor, sessionId: 's' }, handler)

  it('by a form, whose answer is the only one that tells the token', async () => {
    const made = await send(() => makeToken(formRequest({ name: 'nightly', may: 'run', days: '30', audience: '' })))
    const told = await made.text()
    expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(made.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(told).toMatch(/tdm_[\w-]{43}/)
    const wrong = await send(() => makeToken(formRequest({ name: '', may: 'run', days: '30', audience: '' })))
    expect([wrong.status, wrong.headers.get('content-security-policy')]).toEqual([303, made.headers.get('content-security-policy')])
    const { rows } = await web.context.whole.query('select id, scopes, owner_id from api_token')
    expect(rows).toMatchObject([{ scopes: ['run'], owner_id: asAda.actor.id }])
    const ended = await send(() => endToken(formRequest({ token: rows[0].id })))
    expect([ended.status, ended.headers.get('location')]).toEqual([303, '/account/tokens'])
    expect(await audit()).toMatchObject([{ action: 'token.end', done: true }])
  })

  it('not from another page, and not by a token', async () => {
    const foreign = await send(() => makeToken(formRequest({ name: 'x', may: 'read', days: '7' }, { origin: 'https://elsewhere.example' })))
    expect(foreign.status).toBe(403)
    const byToken = await send(() => makeToken(formRequest({ name: 'x', may: 'read', days: '7' })), { ...asAda.actor, kind: 'token' })
    expect(byToken.status).toBeGreaterThanOrEqual(300)
    expect((await web.context.whole.query('select 1 from api_token')).rowCount).toBe(0)
  })
})
