import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { systemClock } from '#lib/platform/clock.ts'
import { freePort } from '#lib/platform/postgres/server.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { startWorker } from '../crash/worker-process.ts'
import { against, type Figure, percentile } from './report.ts'
import { startWebServer } from './web-server.ts'

const FEEDS = 40
const BETWEEN_MS = 500
const LATE_AFTER_MS = 30_000
const PATIENCE_MS = 30_000

const names = Array.from({ length: FEEDS }, (_, n) => `f${n}`)

function catalogue(webhookPort: number): string {
  const feeds = names.map((name) => `      ${name}: { assets: { shop/public.${name}: { column: loaded_at } } }`)
  // A channel each, for after a message a channel waits before the next.
  const channels = names.map(
    (name) => `  ${name}: { kind: webhook, url: "http://127.0.0.1:${webhookPort}/incidents", secret: "\${WEBHOOK_SECRET}" }`,
  )
  const routes = names.map((name) => `  - { to: ${name}, feeds: ${name} }`)
  return `
page: { name: Deadlines, zone: Europe/Paris }
access: public
tell: { webhook: { url: "http://127.0.0.1:${webhookPort}/turns", secret: "\${WEBHOOK_SECRET}" } }
channels:
${channels.join('\n')}
routes:
${routes.join('\n')}
connections:
  shop: { kind: postgres, probe: 1d, url: "\${SHOP_URL}" }
groups:
  all:
    policy: { kind: age, lateAfter: ${LATE_AFTER_MS / 1000}s, staleAfter: 1d }
    feeds:
${feeds.join('\n')}
`
}

/** When each feed was heard of, by its name: the first time only. */
type Heard = Map<string, number>

function note(heard: Heard, text: string): void {
  for (const name of names) if (!heard.has(name) && new RegExp(`\\b${name}\\b`).test(text)) heard.set(name, systemClock.now())
}

function receiver(turns: Heard, incidents: Heard): Server {
  return createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += String(chunk)
    })
    request.on('end', () => {
      if (body.includes('late')) note(request.url === '/incidents' ? incidents : turns, body)
      response.end()
    })
  })
}

async function listen(url: string, heard: Heard, signal: AbortSignal): Promise<void> {
  const answer = await fetch(`${url}/api/v1/events`, { signal })
  if (!answer.ok) throw new Error(`the page tells nobody of changes: ${answer.status}`)
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    for (const line of decoder.decode(chunk, { stream: true }).split('\n')) if (line.includes('"late"')) note(heard, line)
  }
}

async function fill(url: string, from: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  for (const [n, name] of names.entries()) {
    await client.query(`create table ${name} (loaded_at timestamptz)`)
    await client.query(`insert into ${name} values ($1)`, [new Date(from + n * BETWEEN_MS)])
  }
  await client.end()
}

function worst(delays: readonly number[]): string {
  return `median ${percentile(delays, 0.5).toFixed(2)} s, worst`
}

/** Forty deadlines pass in a real worker; how long until the status, an open page, a message of the turn and one of the incident say so. */
export async function measureTurn(): Promise<Figure[]> {
  const [state, shop] = [await createTestDatabase(), await createTestDatabase({ empty: true })]
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'))
  const config = join(folder, 'tidemark.yaml')
  const [onPage, told, incidents]: [Heard, Heard, Heard] = [new Map(), new Map(), new Map()]
  const port = await freePort()
  const hook = receiver(told, incidents).listen(port, '127.0.0.1')
  await writeFile(config, catalogue(port))
  const web = await startWebServer(state.url)
  const over = new AbortController()
  const from = systemClock.now()
  await fill(shop.url, from)
  const worker = startWorker({
    DATABASE_URL: state.url,
    LAKE_DATABASE_URL: shop.url,
    TIDEMARK_CONFIG: config,
    TIDEMARK_DATA: folder,
    SHOP_URL: shop.url,
    WEBHOOK_SECRET: randomBytes(32).toString('base64'),
  })
  let problem: unknown
  void listen(web.url, onPage, over.signal).catch((error: unknown) => {
    if (!over.signal.aborted) problem = error
  })
  const ctx = state.context()
  try {
    const giveUpAt = from + LATE_AFTER_MS + FEEDS * BETWEEN_MS + PATIENCE_MS
    while (Math.min(onPage.size, told.size, incidents.size) < FEEDS && systemClock.now() < giveUpAt) await systemClock.sleep(200)
    if (problem !== undefined) throw problem
    const { rows } = await ctx.pool.query<{ delay: number }>(
      `select extract(epoch from c.recorded_at - c.at)::float8 as delay from status_change c
       join subject s on s.id = c.subject_id where s.kind = 'asset' and c.to_status = 'late'`,
    )
    const turned = rows.map((row) => row.delay)
    const heardAfter = (heard: Heard) =>
      names.map((name, n) => ((heard.get(name) ?? Number.POSITIVE_INFINITY) - from - n * BETWEEN_MS - LATE_AFTER_MS) / 1000)
    const figure = (what: string, delays: readonly number[], atMost: number) =>
      against(`${FEEDS} deadlines: ${what} after ${worst(delays)}`, Math.max(...delays), ' s', { atMost })
    if (turned.length !== FEEDS) throw new Error(`${turned.length} of ${FEEDS} assets turned late`)
    return [
      figure('status turned', turned, 1),
      figure('open page told', heardAfter(onPage), 2),
      figure('message of the turn sent', heardAfter(told), 5),
      figure('first message of the incident sent', heardAfter(incidents), 5),
    ]
  } finally {
    over.abort()
    await worker.kill()
    await web.stop()
    hook.close()
    await rm(folder, { recursive: true })
    await Promise.all([state.drop(), shop.drop()])
  }
}
