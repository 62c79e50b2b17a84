import { existsSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import type { Context } from '#lib/db/context.ts'
import { noteHeartbeat } from '#lib/db/runs/workers.ts'
import { ROLES } from '#lib/domain/access/actor.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addressOf as addressIn, routesInTree } from './attack/routes.ts'
import { startWebServer, type WebServer } from './bench/web-server.ts'
import { type Asker, fillWorld, makeAskers, type World } from './matrix/actors.ts'
import { type Door, RULES, type Things } from './matrix/rules.ts'

test.describe.configure({ mode: 'serial', timeout: 180_000 })

let database: TestDatabase
let ctx: Context
let server: WebServer
let world: World
let askers: Asker[]

test.beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context()
  world = await fillWorld(ctx)
  await noteHeartbeat(ctx, { id: 'matrix', startedAt: ctx.clock.now(), at: ctx.clock.now() + DAY_MS, detail: {} })
  server = await startWebServer(database.url)
  askers = await makeAskers(ctx, server.url)
})
test.afterAll(async () => {
  await server.stop()
  await database.drop()
})

/** What stands for those that no group has. */
const NOTHING = 'nothing'

interface Answer {
  status: number
  location: string
  /** Head and body. */
  text: string
}

/** As a browser asks that is on another page already; Next sends it on to an address with a mark of its own. */
async function navigate(path: string, asker: Asker): Promise<Answer> {
  const init = { headers: { rsc: '1' } }
  const first = await ask(path, asker, init)
  const isMarked = first.status === 307 && first.location.includes('_rsc')
  return isMarked ? ask(first.location.replace(server.url, ''), asker, init) : first
}

async function ask(path: string, { headers }: Pick<Asker, 'headers'>, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(`${server.url}${path}`, { redirect: 'manual', ...init, headers: { ...headers, ...init.headers } })
  const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  return { status: answer.status, location: answer.headers.get('location') ?? '', text: `${head}\n\n${await answer.text()}` }
}

/** The overview stands elsewhere in the file tree. */
const ROUTES = ['/', ...routesInTree()]
const addressOf = (route: string, things: Things) => addressIn(route, { ...things, token: NOTHING, person: NOTHING, invitation: NOTHING })
/** How an answer that has begun says to a browser's navigation that there is nothing, or that it goes on elsewhere. */
const TURNED_AWAY = /NEXT_HTTP_ERROR_FALLBACK|NEXT_REDIRECT/
const SIGN_OUT = '/api/sign-out'
const isPage = (route: string) => existsSync(`app${route}/page.tsx`) || route === '/'

/** Whether somebody gets through; null where it is said elsewhere. */
function getsThrough({ kind, role }: Asker, by: Door): boolean | null {
  if (by === 'open') return kind === 'spoilt token' ? null : true
  if (role === null || (by === 'person' && kind !== 'person')) return false
  return by === 'reader' || by === 'person' || ROLES.indexOf(role) >= ROLES.indexOf(by)
}

/** Everybody asks for everything, some at a time. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (const item of waiting) await work(item)
    }),
  )
}

const reads = () =>
  ROUTES.flatMap((route) => {
    const { read } = RULES[route] ?? {}
    return read === undefined ? [] : askers.map((asker) => ({ route, asker, ...read }))
  })
const questionOf = ({ route, query }: { route: string; query?: (things: Things) => string }, things: Things) =>
  `${addressOf(route, things)}${query?.(things) ?? ''}`

test('every page and route says who may read it and who may order there', () => {
  expect(ROUTES.filter((route) => RULES[route] === undefined)).toEqual([])
  expect(Object.keys(RULES).filter((route) => !ROUTES.includes(route))).toEqual([])
})

type Read = ReturnType<typeof reads>[number]

/** The answers to one asker by all the ways there are to read. */
async function answersTo({ asker, ...rule }: Read): Promise<Record<string, Answer>> {
  const path = questionOf(rule, world.seen)
  return {
    GET: await ask(path, asker),
    HEAD: await ask(path, asker, { method: 'HEAD' }),
    ...(isPage(rule.route) && { navigation: await navigate(path, asker) }),
  }
}

/** What is wrong with one answer. */
function faultOf({ asker, by, route, query, isRedirect = false }: Read, { status, location, text }: Answer): string | null {
  if (!asker.seesAll && text.includes(world.mark)) return 'names what is hidden'
  const through = getsThrough(asker, by)
  const isElsewhere = asker.name === 'viewer of no audience' && (query !== undefined || /\[(?!token)/.test(route))
  if (through === null || isElsewhere) return null
  const isTurnedAway = TURNED_AWAY.test(text)
  const isSignedIn = route === '/sign-in' && (location === '/' || isTurnedAway)
  const isThrough = isSignedIn || (status === (isRedirect ? 303 : 200) && !isTurnedAway)
  if (isThrough === through && (isThrough || [200, 303, 307, 401, 403, 404].includes(status))) return null
  return `${status} ${location}`
}

test('everybody gets what they may read and nothing else, as a page, for navigation, and as a head', async () => {
  const wrong: string[] = []
  await eachOf(reads(), async (read) => {
    for (const [way, answer] of Object.entries(await answersTo(read))) {
      const fault = faultOf(read, answer)
      if (fault !== null) wrong.push(`${read.asker.name}: ${way} ${questionOf(read, world.seen)}: ${fault}`)
    }
  })
  expect(wrong).toEqual([])
})

test('the mark stands on what an admin reads, or it would prove nothing', async () => {
  const admin = askers.find(({ role }) => role === 'admin') as Asker
  const marked: string[] = []
  await eachOf(
    reads().filter(({ asker }) => asker === admin),
    async (rule) => {
      if ((await ask(questionOf(rule, world.seen), admin)).text.includes(world.mark)) marked.push(rule.route)
    },
  )
  for (const route of ['/', '/connections', '/flows', '/runs', '/admin/audit', '/api/v1/status', '/api/v1/feeds', '/feed.atom'])
    expect(marked).toContain(route)
})

test('what is hidden answers like what is not there', async () => {
  const wrong: string[] = []
  const about = reads().filter(({ asker, route, query }) => !asker.seesAll && (route.includes('[') || query !== undefined))
  await eachOf(about, async ({ asker, ...rule }) => {
    const hidden = await ask(questionOf(rule, world.hidden), asker)
    const missing = await ask(questionOf(rule, world.missing), asker)
    const said = (text: string, name: string) => text.split(name.split('-')[0] ?? name).length
    const isAlike = hidden.status === missing.status && said(hidden.text, world.hidden.feed) === said(missing.text, world.missing.feed)
    if (!isAlike) wrong.push(`${asker.name} at ${questionOf(rule, world.hidden)}: ${hidden.status} instead of ${missing.status}`)
  })
  expect(wrong).toEqual([])
})

async function lastEntry(): Promise<number> {
  const { rows } = await ctx.whole.query<{ id: string }>('select coalesce(max(id), 0)::text as id from audit')
  return Number(rows[0]?.id)
}

/** Gives an order as a form does; what is wrong with what became of it. */
async function faultsOfOrder(route: string, asker: Asker, things: Things): Promise<string[]> {
  const { by, fields } = RULES[route]?.order ?? { by: 'open' }
  const before = await lastEntry()
  const headers = { origin: server.url, 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(fields?.(things) ?? {})
  const { status, location, text } = await ask(addressOf(route, things), asker, { method: 'POST', headers, body })
  const entries = (await lastEntry()) - before
  const isDone = status < 400 && !location.includes('said=')
  // Who has no session is as good as signed out: nothing was ordered.
  const expected = route === SIGN_OUT && location.includes('said=') && entries === 0 ? 0 : 1
  return [
    ...(entries === expected ? [] : [`${entries} entries`]),
    ...(!asker.seesAll && things !== world.hidden && text.includes(world.mark) ? ['names what is hidden'] : []),
    ...(isDone && getsThrough(asker, by) !== true ? ['done without the right'] : []),
    ...(isDone && things === world.hidden && by === 'engineer' ? ['done to what is hidden'] : []),
  ].map((fault) => `${asker.name}: POST ${addressOf(route, things)}: ${status} ${location}: ${fault}`)
}

test('every order leaves exactly one entry in the audit, done or refused, and names nothing hidden', async () => {
  const wrong: string[] = []
  const orders = ROUTES.filter((route) => RULES[route]?.order !== undefined && route !== SIGN_OUT)
  // Signing out comes last: it ends the session that everything else is asked by.
  for (const route of [...orders, SIGN_OUT]) {
    // Refusals from one address are limited; here all come from one.
    await ctx.whole.query('truncate try_count')
    for (const asker of askers)
      for (const things of asker.seesAll ? [world.seen] : [world.hidden, world.seen])
        wrong.push(...(await faultsOfOrder(route, asker, things)))
  }
  expect(wrong).toEqual([])
})
