import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSession } from '#lib/access/sessions.ts'
import { putSetting } from '#lib/db/settings.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { openGate, openWebWorld, type WebWorld } from '#lib/testing/worlds/web-world.ts'
import { headOf, rawRequest } from '../../e2e/attack/raw-request.ts'

let world: WebWorld
let gate: Awaited<ReturnType<typeof openGate>>

beforeAll(async () => {
  world = await openWebWorld()
  gate = await openGate(world.web, async (_request, response) => void response.end('behind'))
})
afterAll(async () => {
  await gate.close()
  await world.close()
})

const access = (value: 'public' | 'private') => putSetting(world.web.context.whole, 'access', value)
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(gate.port, headOf(method, path, { host: `127.0.0.1:${gate.port}`, ...headers }))

describe('an address that the API does not have', () => {
  it.each(['/api/v1', '/api/v1/nowhere', '/api/v1/feeds/x/y', '/api/v1/nowhere?x=1'])(
    'is answered by the API, such as %s',
    async (path) => {
      await access('public')
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
        const { status, head, body } = await ask(path, method === 'POST' ? { 'content-length': '0' } : {}, method)
        expect([status, head], method).toEqual([404, expect.stringMatching(/content-type: application\/json/i)])
        if (method !== 'HEAD') expect(JSON.parse(body)).toEqual({ problem: expect.stringContaining('/api/v1/openapi.json') })
      }
    },
  )

  it.each(['/api/v1/', '/api/v1/status/', '/api/v1//status', '/api/v1/openapi.json', '/api/v1/status', '/api/health'])(
    'is not %s, which is left to what answers behind',
    async (path) => {
      await access('public')
      expect((await ask(path)).body).toContain('behind')
    },
  )

  it('of those it has takes what its description says', async () => {
    await access('public')
    const told = async (method: string, path: string) => {
      const { status, head } = await ask(path, method === 'POST' ? { 'content-length': '0' } : {}, method)
      return [status, /^allow: (.*?)\r?$/im.exec(head)?.[1]]
    }
    expect(await told('POST', '/api/v1/assets?limit=1')).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect(await told('GET', '/api/v1/runs/x/cancel')).toEqual([405, 'POST, OPTIONS'])
    expect(await told('HEAD', '/api/v1/runs/x/cancel')).toEqual([405, 'POST, OPTIONS'])
    expect(await told('POST', '/api/v1/openapi.json')).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect((await told('GET', '/api/v1/runs/x'))[0]).toBe(200)
    expect((await told('POST', '/api/v1/feeds/x/reload'))[0]).toBe(200)
  })

  it('is not told from the others to whom a private page does not let in', async () => {
    await access('private')
    for (const path of ['/api/v1', '/api/v1/nowhere', '/api/v1/status/', '/api/v1/status', '/api/v1/runs/x/cancel'])
      for (const method of ['GET', 'HEAD', 'OPTIONS']) expect((await ask(path, {}, method)).status, `${method} ${path}`).toBe(401)
    for (const path of ['/api/v1/status', '/api/v1/nowhere'])
      expect(await ask(path, { 'content-length': '0' }, 'POST')).toMatchObject({ status: 401, body: '{"problem":"Sign in to do this."}' })
    // An order is refused where it is taken, with its entry in the audit.
    expect((await ask('/api/v1/runs/x/cancel', { 'content-length': '0' }, 'POST')).body).toContain('behind')
    const { context } = world.web
    const ada = await addPerson(context, 'ada', 'engineer')
    const session = await startSession(context, siteOf(`127.0.0.1:${gate.port}`, context.publicUrl), ada, null)
    expect((await ask('/api/v1/nowhere', { cookie: session.split(';')[0] ?? '' })).status).toBe(404)
  })
})
