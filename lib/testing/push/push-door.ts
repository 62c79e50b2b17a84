import { GET, POST as postKey } from '#app/api/v1/assets/[asset]/[path]/heartbeat/route.ts'
import { POST as postOne } from '#app/api/v1/assets/[asset]/heartbeat/route.ts'
import { POST as postArtifact } from '#app/api/v1/dbt/route.ts'
import { OPTIONS as askToPush, POST as postFlow } from '#app/api/v1/flows/[flow]/push/route.ts'
import { POST } from '#app/api/v1/lineage/route.ts'
import { createToken, tokenRequestSchema } from '#lib/access/tokens.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person, type Role } from '#lib/domain/access/actor.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'
import { openGate, openWebWorld } from '#lib/testing/worlds/web-world.ts'

/** The routes behind the door, as the page has them. */
async function route(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname === '/api/v1/dbt') return postArtifact(request)
  const [, flow] = /^\/api\/v1\/flows\/([^/]+)\/push$/.exec(pathname) ?? []
  if (flow !== undefined) return (request.method === 'OPTIONS' ? askToPush : postFlow)(request, { params: Promise.resolve({ flow }) })
  const [, asset, path] = /^\/api\/v1\/assets\/([^/]+)(?:\/([^/]+))?\/heartbeat$/.exec(pathname) ?? []
  if (asset === undefined) return POST(request)
  if (path === undefined) return postOne(request, { params: Promise.resolve({ asset }) })
  const where = { params: Promise.resolve({ asset, path }) }
  return request.method === 'GET' ? GET(request, where) : postKey(request, where)
}

/** Makes the programs that hand in: of an admin, of an engineer who sees `records`, and those that may not. */
async function makeTokens(context: Context): Promise<Map<string, string>> {
  const tokens = new Map<string, string>()
  const make = async (name: string, role: Role, scopes: string[], audience: string | null = null) => {
    const somebody = await addPerson(context, name, role, audience)
    const request = tokenRequestSchema.parse({ name, scopes })
    tokens.set(name, (await createToken(asActor(context, person({ ...somebody, role, audience })), request)).token)
  }
  const nobody = { oidc: [], people: [] }
  await putSetting(context.whole, 'people', { roles: [], audiences: [{ audience: 'records', for: nobody }], oidc: null, mail: null })
  await make('pusher', 'admin', ['push'])
  await make('narrow', 'engineer', ['push'], 'records')
  await make('reader', 'admin', ['read', 'run'])
  await make('both', 'admin', ['read', 'push'])
  await make('viewer', 'viewer', ['push'])
  return tokens
}

/** Where other systems hand something in, with its door, over a database of its own with two groups; `send` asks as the program of a name. */
export async function openPushDoor() {
  const world = await openWebWorld()
  const { context } = world.web
  await putSetting(context.whole, 'access', 'private')
  await fillTwoGroups(context, 'hidden')
  const gate = await openGate(world.web, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const answer = await route(new Request(`http://localhost${request.url}`, { method: request.method ?? '', headers, ...body }))
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
  const tokens = await makeTokens(context)
  return {
    world,
    tokens,
    async close() {
      await gate.close()
      await world.close()
    },
    async send(path: string, body: unknown, headers: Record<string, string> = {}, method = 'POST', by = 'pusher') {
      const token = tokens.get(by)
      const answer = await fetch(`http://127.0.0.1:${gate.port}${path}`, {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(method === 'POST' && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(method === 'POST' && {
          body: body instanceof Uint8Array ? new Uint8Array(body) : typeof body === 'string' ? body : JSON.stringify(body),
        }),
      })
      const text = await answer.text()
      return { status: answer.status, told: text === '' ? null : JSON.parse(text), headers: answer.headers }
    },
  }
}
