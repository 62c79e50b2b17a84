import { expect, test } from '@playwright/test'
import type { Context } from '#lib/db/context.ts'
import { noteHeartbeat } from '#lib/db/runs/workers.ts'
import { putSetting } from '#lib/db/settings.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { startWebServer, type WebServer } from './bench/web-server.ts'
import { type Asker, fillWorld, makeAskers, makePassing, type World } from './matrix/actors.ts'
import { addressOf, faultIn, questionOf, type Read, ROUTES, readsOf } from './matrix/addresses.ts'
import { AHEAD, type Answer, ask, askBy, askEveryWay, eachOf, isPage, navigate, strangersGet } from './matrix/ask.ts'
import { breakSight, causeChange } from './matrix/causes.ts'
import { faultsOfEmbeds } from './matrix/embeds.ts'
import { faultsOfHandIns } from './matrix/hand-ins.ts'
import { entriesAfter, faultsOfBadOrders, faultsOfOrder, lastEntry, leaveByLink, type Matrix, ordersInTurn } from './matrix/orders.ts'
import { RULES, unruledMethods } from './matrix/rules.ts'
import { follow, followTooOften, type Reading } from './matrix/streams.ts'

test.describe.configure({ mode: 'serial', timeout: 300_000 })

let database: TestDatabase
let ctx: Context
let server: WebServer
let world: World
let askers: Asker[]
let matrix: Matrix

test.beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context()
  world = await fillWorld(ctx)
  await noteHeartbeat(ctx.whole, { id: 'matrix', startedAt: ctx.clock.now(), at: ctx.clock.now() + DAY_MS, detail: {} })
  server = await startWebServer(database.url)
  askers = await makeAskers(ctx, server.url)
  matrix = { ctx, url: server.url, world, names }
})
test.afterAll(async () => {
  await server.stop()
  await database.drop()
})

const names = (text: string) => text.toLowerCase().includes(world.mark)
const pathOf = (read: Read) => questionOf(read, world[read.asker.sees])
const some = (...wanted: string[]) => askers.filter(({ name }) => wanted.includes(name))

test('every page and route says who may read it and who may order there', () => {
  expect(ROUTES.filter((route) => RULES[route] === undefined)).toEqual([])
  expect(Object.keys(RULES).filter((route) => !ROUTES.includes(route))).toEqual([])
})

const faultOf = (read: Read, answer: Answer, access?: 'public') => faultIn(read, answer, { names, access })

/** What an admin was answered, by the address. */
const toAdmin = new Map<string, Answer>()

test('everybody gets what they may read and nothing else, as a page, for navigation, and as a head', async () => {
  const wrong: string[] = []
  await eachOf(readsOf(askers), async (read) => {
    const answers = await askEveryWay(server.url, pathOf(read), read)
    if (read.asker.seesAll && answers['GET'] !== undefined) toAdmin.set(pathOf(read), answers['GET'])
    for (const [way, answer] of Object.entries(answers)) {
      const fault = faultOf(read, answer)
      if (fault !== null) wrong.push(`${read.asker.name}: ${way} ${pathOf(read)}: ${fault}`)
    }
  })
  expect(wrong).toEqual([])
})

test('the mark stands on what an admin reads, or it would prove nothing', () => {
  const marked = [...toAdmin].filter(([, { text }]) => names(text)).map(([path]) => path)
  const wanted = ['/', '/connections', '/flows', '/runs', '/admin/audit', '/admin/people', '/api/v1/status', '/api/v1/feeds', '/feed.atom']
  expect(marked).toEqual(expect.arrayContaining(wanted))
})

test('what is hidden answers like what is not there', async () => {
  const wrong: string[] = []
  const about = readsOf(askers).filter(({ asker, route, query }) => !asker.seesAll && (route.includes('[') || query !== undefined))
  await eachOf(about, async ({ asker, ...rule }) => {
    const hidden = await ask(server.url, questionOf(rule, world.hidden), asker)
    const missing = await ask(server.url, questionOf(rule, world.missing), asker)
    const said = (text: string, name: string) => text.split(name.split('-')[0] ?? name).length
    const isAlike = hidden.status === missing.status && said(hidden.text, world.hidden.feed) === said(missing.text, world.missing.feed)
    if (!isAlike) wrong.push(`${asker.name} at ${questionOf(rule, world.hidden)}: ${hidden.status} instead of ${missing.status}`)
  })
  expect(wrong).toEqual([])
})

let followed: Reading[]
let passing: Awaited<ReturnType<typeof makePassing>>

test('the events tell each reader of what they may see', async () => {
  passing = await makePassing(ctx, server.url)
  followed = await Promise.all([...askers, ...passing.askers].map((asker) => follow(server.url, asker)))
  const isOpen = ({ status }: Reading) => status === 200
  expect(followed.filter(isOpen).map(({ asker }) => asker)).toEqual([...askers, ...passing.askers].filter(({ role }) => role !== null))
  const open = followed.filter(isOpen)
  const [admin] = open.filter(({ asker }) => asker.seesAll)
  // Those of an audience that was never told anything are told that anything may have changed; from then on what.
  for (const things of [world.common, world.hidden, world.seen]) {
    await causeChange(ctx, things)
    await admin?.reads(`"feed:${things.feed}"`)
  }
  await causeChange(ctx, world.common)
  await Promise.all(open.map(({ reads }) => reads(`"feed:${world.common.feed}"`)))
  for (const { asker, text } of followed) {
    if (!asker.seesAll) expect(names(text()), asker.name).toBe(false)
    if (asker.sees === 'common') expect(text(), asker.name).not.toContain(world.seen.feed)
    else expect(text(), asker.name).toContain(`"feed:${world.seen.feed}"`)
  }
  await passing.dismiss()
})

const unknowing = () => some('anonymous', 'viewer', 'viewer of no audience')

test('what a browser asks for ahead of a visit says no more than the visit', async () => {
  const wrong: string[] = []
  const pages = readsOf(unknowing()).filter(({ route }) => isPage(route))
  await eachOf(pages, async (read) => {
    for (const [way, headers] of Object.entries(AHEAD)) {
      const { text, status } = await navigate(server.url, pathOf(read), read.asker, headers)
      if (names(text)) wrong.push(`${read.asker.name}: ${way} of ${pathOf(read)}: ${status}`)
    }
  })
  expect(wrong).toEqual([])
})

test('the copy that an admin has is nobody else’s, whole or a part of it', async () => {
  const wrong: string[] = []
  const copies = [...toAdmin].flatMap(([path, { tag }]) => (tag === null ? [] : unknowing().map((asker) => ({ path, tag, asker }))))
  expect(copies.map(({ path }) => path)).toEqual(expect.arrayContaining(['/', '/api/v1/assets', '/api/v1/status', '/feed.atom']))
  await eachOf(copies, async ({ path, tag, asker }) => {
    const own = await ask(server.url, path, asker)
    const { status, text } = await ask(server.url, path, asker, { headers: { 'if-none-match': tag, range: 'bytes=0-4000' } })
    if (names(text) || status === 206 || (status === 304 && own.tag !== tag)) wrong.push(`${asker.name}: ${path}: ${status}`)
  })
  expect(wrong).toEqual([])
})

const NOWHERE = [
  '/nowhere',
  '/api/v1/nowhere',
  '/feeds/nothing/reload',
  '/_next/nothing',
  '/api/v1/assets?cursor=x',
  '/api/v1/runs?limit=x',
]

test('neither the rooms behind the overview nor what is nowhere, refused, too much or for another host says what is hidden', async () => {
  const keys = ['public', 'public:everybody', 'member:records', `member:${world.mark}`, 'admin'].map(encodeURIComponent)
  const behind = keys.flatMap((key) => ['/overview', `/overview/${key}`].map((path) => ({ path, key })))
  const asked = [...behind, ...NOWHERE.map((path) => ({ path, key: null }))]
  const wrong: string[] = []
  await eachOf(
    unknowing().flatMap((asker) => asked.map((one) => ({ asker, ...one }))),
    async ({ asker, path, key }) => {
      const headers: Record<string, string> = key === null ? {} : { 'x-tidemark-reader': key }
      const { text, status } = await ask(server.url, path, asker, { headers })
      const isShown = key !== null && ![303, 404].includes(status)
      // An address that names it is said back.
      if (isShown || (names(text) && !names(path))) wrong.push(`${asker.name}: ${path} as ${key}: ${status}`)
    },
  )
  expect(wrong).toEqual([])
  for (const { headers } of unknowing()) {
    const { status, text } = await askBy('GET', server.url, '/', { headers: { ...headers, host: 'elsewhere.example' } })
    expect([status, names(text)]).toEqual([421, false])
  }
  const [viewer] = some('viewer')
  const more = await followTooOften(server.url, viewer as Asker)
  expect([more.at(-1)?.status, names(more.map(({ text }) => text()).join())]).toEqual([429, false])
  for (const { stop } of more) stop()
})

test('a method for which there is no rule does nothing and says nothing', async () => {
  const wrong: string[] = []
  const before = await lastEntry(matrix)
  const asked = ROUTES.flatMap((route) => unruledMethods(route).map((method) => ({ route, method })))
  const [mostAble] = some('admin')
  await eachOf(asked, async ({ route, method }) => {
    const { status, text } = await askBy(method, server.url, addressOf(route, world.seen), mostAble as Asker)
    if (![204, 404, 405].includes(status) || names(text)) wrong.push(`${method} ${route}: ${status}`)
  })
  expect(wrong).toEqual([])
  expect(await entriesAfter(matrix, before)).toEqual([])
})

test('only a token that hands in tells anything where another system does, and leaves one entry in the audit', async () => {
  expect(await faultsOfHandIns(matrix, askers)).toEqual([])
})

test('the key of an embed shows its one subject to whoever comes with it, and nothing else to anybody', async () => {
  expect(await faultsOfEmbeds(matrix, askers)).toEqual([])
})

test('a public page shows whom nobody knows what everybody sees, and nothing else', async () => {
  await putSetting(ctx.whole, 'access', 'public')
  await strangersGet(server.url, 200)
  const wrong: string[] = []
  await eachOf(readsOf(some('anonymous', 'expired session', 'viewer', 'viewer of no audience', 'revoked token')), async (read) => {
    const answer = await ask(server.url, pathOf(read), read.asker)
    const isTooMuch = read.asker.sees === 'common' && /records-(?:feed|flow|source)|lake\/records/.test(answer.text)
    const fault = isTooMuch ? 'shows what only some see' : faultOf(read, answer, 'public')
    if (fault !== null) wrong.push(`${read.asker.name}: ${pathOf(read)}: ${fault}`)
  })
  expect(wrong).toEqual([])
  expect((await ask(server.url, '/', { headers: {} })).text).toContain(world.common.feed)
  await putSetting(ctx.whole, 'access', 'private')
})

test('an error of the database, which names what is hidden, is told without that', async () => {
  const wrong: string[] = []
  const reads = readsOf(some('viewer')).filter(({ by }) => by === 'reader')
  const failed = new Set<number>()
  for (const message of [`broken ${world.mark}`, 'canceling statement due to statement timeout']) {
    const mend = await breakSight(ctx, world.mark, message)
    await eachOf(reads, async (read) => {
      const { status, text } = await ask(server.url, pathOf(read), read.asker)
      if (status >= 500) failed.add(status)
      if (names(text)) wrong.push(`${pathOf(read)}: ${status}`)
    })
    await mend()
  }
  expect(wrong).toEqual([])
  expect([...failed].sort()).toEqual([500, 503])
})

test('the events end for whose session has ended and whose token was revoked, and for nobody else', async () => {
  await Promise.all(followed.filter(({ asker }) => passing.askers.includes(asker)).map(({ ended }) => ended))
  const going = followed.filter(({ asker }) => asker.role !== null && !passing.askers.includes(asker))
  const over = await Promise.race([Promise.any(going.map(({ ended, asker }) => ended.then(() => asker.name))), ctx.clock.sleep(0)])
  expect(over).toBeUndefined()
  for (const { stop } of followed) stop()
})

test('the link in a letter ends everything in one step, from anywhere and as often as it is asked', () =>
  expect(leaveByLink(matrix)).resolves.toEqual({ answers: [200, 200], left: 0 }))

test('every order leaves exactly one entry in the audit, done or refused, and names nothing hidden', async () => {
  await strangersGet(server.url, 401)
  const wrong: string[] = []
  const bad = some('anonymous', 'expired session', 'viewer', 'engineer', 'admin')
  for (const route of ordersInTurn()) {
    // Refusals from one address are limited; here all come from one.
    await ctx.whole.query('truncate try_count')
    wrong.push(...(await faultsOfBadOrders(matrix, route, bad)))
    for (const asker of askers)
      for (const things of asker.seesAll ? [world.seen] : [world.hidden, world.seen])
        wrong.push(...(await faultsOfOrder(matrix, route, asker, things)))
  }
  expect(wrong).toEqual([])
})
