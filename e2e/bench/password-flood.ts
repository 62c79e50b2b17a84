import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { knownBrowserCookie } from '#lib/access/known-browser.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { addPerson, cookieOf, PASSWORD } from '#lib/testing/database/people.ts'
import { bigCatalogue } from './big-catalogue.ts'
import { openBigDatabase } from './big-database.ts'
import type { Flood, Flooded } from './flood-client.ts'
import { type Asking, sample } from './overview-readers.ts'
import { against, type Figure, percentile, timed } from './report.ts'
import { startWebServer } from './web-server.ts'

const TRIES = 10_000
const ROUNDS = 3
const READERS = 8
const REQUESTS = 400
/** So many tries a second, however many are under way. */
const PER_SECOND = 300
const MANY = 1000

const SIGN_IN = '/api/sign-in'
/** What the door answers 404 without a look at anything: what the same requests cost that ask for nothing. */
const NOTHING = '/_nothing'

const CASES = [
  { name: 'one account, one address', path: SIGN_IN, accounts: 1, isFromMany: false, atOnce: 50 },
  { name: 'one account, many addresses', path: SIGN_IN, accounts: 1, isFromMany: true, atOnce: 50 },
  { name: 'many accounts and addresses', path: SIGN_IN, accounts: MANY, isFromMany: true, atOnce: 50 },
  { name: 'many accounts and addresses', path: SIGN_IN, accounts: MANY, isFromMany: true, atOnce: 300 },
  { name: 'no tries, but a 404', path: NOTHING, accounts: 1, isFromMany: true, atOnce: 50 },
]

/** Floods from a process of its own that everybody else goes before, until it is told to end and has sent a round's tries; how to tell it. */
function startFlood(url: string, kind: (typeof CASES)[number]): () => Promise<Flooded> {
  const flood: Flood = {
    ...{ port: Number(new URL(url).port), path: kind.path, accounts: kind.accounts, isFromMany: kind.isFromMany, atOnce: kind.atOnce },
    ...{ tries: Math.ceil(TRIES / ROUNDS), everyMs: (kind.atOnce * 1000) / PER_SECOND },
  }
  const command = ['-n', '19', process.execPath, `${import.meta.dirname}/flood-client.ts`, JSON.stringify(flood)]
  const child = spawn('nice', command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return async () => {
    child.send('enough')
    const [flooded] = await once(child, 'message')
    return flooded
  }
}

/** p95 of the readers of each page, in ms. */
async function readAll(pages: readonly Asking[]): Promise<number[]> {
  const found: number[] = []
  for (const page of pages) found.push(percentile(await sample(page, READERS, REQUESTS), 0.95))
  return found
}

/** Rounds of reading alone, then beside the flood. */
async function measureCase(
  url: string,
  kind: (typeof CASES)[number],
  pages: readonly (Asking & { name: string })[],
  owner: () => Promise<number>,
) {
  const rounds: { quiet: number[]; beside: number[]; flooded: Flooded; ownerMs: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const quiet = await readAll(pages)
    const endFlood = startFlood(url, kind)
    await systemClock.sleep(1000)
    const beside = await readAll(pages)
    const ownerMs = await owner()
    rounds.push({ quiet, beside, ownerMs, flooded: await endFlood() })
  }
  const isTrying = kind.path === SIGN_IN
  const statuses = rounds.map(({ flooded }) => flooded.statuses)
  if (statuses.some((found) => found[200] !== undefined || found[303] !== undefined))
    throw new Error(`a try got in: ${JSON.stringify(statuses)}`)
  const median = (of: (round: (typeof rounds)[number]) => number) => percentile(rounds.map(of), 0.5)
  const title = `${kind.name}, ${kind.atOnce} at once`
  const figures = pages.flatMap(({ name }, page): Figure[] => {
    const ratio = median(({ quiet, beside }) => (beside[page] ?? 0) / (quiet[page] ?? 0))
    const told = rounds.map(({ quiet, beside }) => `${quiet[page]?.toFixed(0)} → ${beside[page]?.toFixed(0)}`).join(', ')
    const figure = against(`${title}: p95 of ${name} ÷ alone`, ratio, '×', { atMost: 1.5 })
    return [isTrying ? figure : { name: figure.name, value: figure.value }, { name: '  alone → beside, ms', value: told }]
  })
  const answers = JSON.stringify(statuses[1]).replaceAll('"', '')
  const share = median(({ flooded }) => flooded.cpuShare)
  figures.push({ name: `  answers (0: none in time), the client’s share of a core`, value: `${answers} ${(share * 100).toFixed(0)} %` })
  if (isTrying) figures.push({ name: '  the owner signs in where they did before, ms', value: median(({ ownerMs }) => ownerMs).toFixed(0) })
  return figures
}

/** What readers notice of ten thousand tries of a password, and whether one gets in. */
export async function measurePasswordFlood(): Promise<Figure[]> {
  const { database, ctx } = await openBigDatabase()
  const admin = await addPerson(ctx, 'admin', 'admin')
  const server = await startWebServer(database.url)
  try {
    const cookie = await cookieOf(ctx, server.url, admin)
    const feed = bigCatalogue('').feeds[0]?.key ?? ''
    const pages = [
      { name: 'the overview', url: `${server.url}/`, cookies: [cookie] },
      { name: 'a feed', url: `${server.url}/feeds/${feed}`, cookies: [cookie] },
    ]
    const site = siteOf(new URL(server.url).host, server.url)
    const owner = async () => {
      const [mark = ''] = knownBrowserCookie(ctx, site, 'admin@example.edu').split(';')
      const body = JSON.stringify({ email: 'admin@example.edu', password: PASSWORD })
      const headers = { cookie: mark, origin: server.url, 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.77' }
      const { ms, result } = await timed(() => fetch(`${server.url}${SIGN_IN}`, { method: 'POST', headers, body }))
      if (!result.ok) throw new Error(`the owner was answered ${result.status} ${await result.text()}`)
      return ms
    }
    await owner()
    await readAll(pages)
    const figures: Figure[] = []
    for (const kind of CASES) {
      await ctx.whole.query('delete from try_count')
      figures.push(...(await measureCase(server.url, kind, pages, owner)))
    }
    const { rows } = await ctx.whole.query<{ sessions: number }>('select count(*)::int as sessions from person_session')
    // Who reads has one, the owner one of before and one of each round.
    const own = 2 + CASES.length * ROUNDS
    figures.push(against('who got in by a try', (rows[0]?.sessions ?? 0) - own, '', { atMost: 0 }))
    return figures
  } finally {
    await server.stop()
    await database.drop()
  }
}
