import type { WebProcess } from '#app/_lib/web-process.ts'
import { GET as getAsset } from '#app/embed/assets/[...asset]/route.ts'
import { GET as getFeed } from '#app/embed/feeds/[feed]/[form]/route.ts'
import { GET as getGroup } from '#app/embed/groups/[group]/[form]/route.ts'
import { createToken, type MadeToken, tokenRequestSchema } from '#lib/access/tokens.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { noteHeartbeat } from '#lib/db/runs/workers.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person, type Role } from '#lib/domain/access/actor.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { fillTwoGroups, groupInSql } from '#lib/testing/database/two-groups.ts'
import { headOf, rawRequest } from '../../../e2e/attack/raw-request.ts'
import { openGate, openWebWorld } from './web-world.ts'

/** What names only what is hidden. */
export const MARK = 'hush'
export const ORIGIN = 'http://wiki.example.edu'
export const PAGE = { name: 'Campus', zone: 'UTC', readyBy: '08:00', url: 'http://localhost', demo: false, embedIn: [ORIGIN] }

/** A page with three groups: `records` that some see, one that is hidden from them, `common` that all see; Ada, who sees everything, and Vic, who sees `records`. */
export interface EmbedWorld {
  web: WebProcess
  ctx: Context
  /** Every address that was let through, without its key. */
  seen: string[]
  as(name: 'ada' | 'vic'): Context
  make(by: 'ada' | 'vic', kind: 'feed' | 'group' | 'asset', key: string): Promise<MadeToken>
  ask(path: string, headers?: Record<string, string>): Promise<{ status: number; head: string; body: string }>
  /** As before each test: a private page whose worker looks, and a table of `records` that is late because of a hidden one. */
  restore(): Promise<void>
  /** The table of `records` is late since two hours, made from its source (3) or the table of another group, which turned stale an hour before. */
  blockedBy(asset: 3 | 14 | 24): Promise<void>
  close(): Promise<void>
}

export async function openEmbedWorld(): Promise<EmbedWorld> {
  const { web, close } = await openWebWorld()
  const ctx = web.context
  const seen: string[] = []
  await fillThreeGroups(ctx)
  const people = { ada: await actorOf(ctx, 'ada', 'admin', null), vic: await actorOf(ctx, 'vic', 'viewer', 'records') }
  const gate = await openGate(web, async (request, response) => {
    seen.push(request.url ?? '')
    const told = Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    )
    const answer = await route(new URL(request.url ?? '', 'http://localhost'), new Headers(told))
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
  const world: EmbedWorld = {
    ...{ web, ctx, seen, as: (name) => people[name], blockedBy: (asset) => blockedBy(ctx, asset) },
    make: (by, kind, key) => createToken(people[by], tokenRequestSchema.parse({ name: 'wiki', kind: 'embed', shows: { kind, key } })),
    async ask(path, headers = {}) {
      const { status, head, body } = await rawRequest(gate.port, headOf('GET', path, { host: `127.0.0.1:${gate.port}`, ...headers }))
      return { status, head, body: Buffer.from(body, 'latin1').toString() }
    },
    async restore() {
      delete web.embeds
      globalThis.tidemarkDatabaseTrouble = undefined
      await putSetting(ctx.whole, 'access', 'private')
      await putSetting(ctx.whole, 'page', PAGE)
      await noteHeartbeat(ctx.whole, { id: 'w', startedAt: ctx.clock.now(), at: ctx.clock.now(), detail: {} })
      await blockedBy(ctx, 14)
    },
    async close() {
      await gate.close()
      await close()
    },
  }
  return world
}

/** What Next does: the handler of the file tree, with the parts of the address. */
function route(url: URL, headers: Headers): Promise<Response> {
  const request = new Request(url, { headers })
  const [, , place, ...parts] = url.pathname.split('/')
  const [key = '', form = ''] = parts
  if (place === 'feeds') return getFeed(request, { params: Promise.resolve({ feed: key, form }) })
  if (place === 'groups') return getGroup(request, { params: Promise.resolve({ group: key, form }) })
  return getAsset(request, { params: Promise.resolve({ asset: parts }) })
}

async function fillThreeGroups(ctx: Context): Promise<void> {
  await fillTwoGroups(ctx, MARK)
  await ctx.whole.query(groupInSql('common', 21))
  await ctx.whole.query("insert into audience_group select audience, 21 from unnest(array['everybody', 'records', $1]) audience", [MARK])
  await ctx.whole.query('update asset set promised = subject_id not in (3, 13, 23)')
  const audiences = ['records', MARK].map((audience) => ({ audience, for: { oidc: [], people: [] } }))
  await putSetting(ctx.whole, 'people', { roles: [], audiences, oidc: null, mail: null })
}

async function actorOf(ctx: Context, key: string, role: Role, audience: string | null): Promise<Context> {
  const { id, name } = await addPerson(ctx, key, role, audience)
  return asActor(ctx, person({ id, name, role, audience }))
}

async function blockedBy(ctx: Context, asset: number): Promise<void> {
  const now = ctx.clock.now()
  const span = 'insert into status_span (subject_id, status, reason, from_at) values ($1, $2, $3, $4)'
  await ctx.whole.query('delete from status_span')
  await ctx.whole.query('delete from lineage_edge where downstream_id = 4')
  await ctx.whole.query(edgesInSql([asset, 4]))
  await ctx.whole.query(span, [asset, 'stale', 'run-failed', new Date(now - 3 * HOUR_MS)])
  for (const id of [1, 2, 4]) await ctx.whole.query(span, [id, 'late', 'blocked', new Date(now - 2 * HOUR_MS)])
  for (const id of [21, 22]) await ctx.whole.query(span, [id, 'fresh', 'on-time', new Date(now - 2 * HOUR_MS)])
}
