import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { bigCatalogue } from './big-catalogue.ts'
import { openBigDatabase } from './big-database.ts'
import { peakMemoryMb } from './memory.ts'
import { type Asking, addReaders, keepRunning, sample, sampleBoth, signIn, withAudiences } from './overview-readers.ts'
import { against, type Figure, percentile } from './report.ts'
import { startWebServer } from './web-server.ts'

/** Of each reader: over seconds, so that a rendering now and then weighs what it weighs for people. */
const REQUESTS = 200
const READERS = [1, 8, 50]
const FOLDER = 'public'

/** The scripts a document loads beyond those that every page of this build loads, an empty one too. */
async function ownScriptBytes(page: string): Promise<number> {
  const { rootMainFiles }: { rootMainFiles: string[] } = JSON.parse(await readFile('.next/build-manifest.json', 'utf8'))
  const loaded = [...page.matchAll(/<script src="\/_next\/([^"?]+)[^"]*"(?![^>]*noModule)/g)].map(([, file = '']) => file)
  const own = [...new Set(loaded)].filter((file) => !rootMainFiles.includes(file))
  const sizes = await Promise.all(own.map(async (file) => gzipSync(await readFile(`.next/${file}`)).byteLength))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** How live answers compare with those of a file, for each number of readers. */
async function compare(name: string, live: Asking, file: string): Promise<Figure[]> {
  const still: Asking = { url: new URL(file, live.url).href, cookies: [] }
  await sample(live, 4, 20)
  await sample(still, 4, 20)
  const figures: Figure[] = []
  for (const readers of READERS) {
    const found = await sampleBoth(live, still, readers, readers * REQUESTS)
    for (const [share, atMost] of [
      [0.5, 2],
      [0.95, 3],
    ] as const) {
      const ms = percentile(found.live, share)
      const label = `${name}, ${readers} reader${readers === 1 ? '' : 's'}: p${share * 100} ÷ file (${ms.toFixed(1)} ms)`
      figures.push(against(label, ms / percentile(found.still, share), '×', { atMost }))
    }
  }
  return figures
}

/** Keeps what a server answers now as a file, which the next server finds when it starts. */
async function keepAs(file: string, url: string, cookie: string): Promise<string> {
  const answer = await fetch(url, { headers: { cookie } })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  const page = await answer.text()
  await mkdir(FOLDER, { recursive: true })
  await writeFile(`${FOLDER}/${file}`, page)
  return page
}

/** The overview of a thousand feeds against the same bytes as a file of the same server: of nobody known, by a session, in eight audiences while a flow runs. */
export async function measureOverview(): Promise<Figure[]> {
  const { database, ctx } = await openBigDatabase()
  const whole = bigCatalogue('http://localhost:3000')
  const divided = withAudiences(whole)
  const load = (catalogue: Catalogue, hash: string) => syncCatalogue(ctx, { catalogue, document: {}, hash, schema: {} })
  const people = await addReaders(ctx)

  const before = await startWebServer(database.url)
  const page = await keepAs('all.html', `${before.url}/`, '')
  await load(divided, 'divided')
  await keepAs('eighth.html', `${before.url}/`, (await signIn(ctx, before.url, people))[1] ?? '')
  await before.stop()
  await load(whole, 'whole')

  const server = await startWebServer(database.url)
  const open = new AbortController()
  try {
    const url = `${server.url}/`
    const figures = [
      against('first document, MB', Buffer.byteLength(page) / 1e6, '', { atMost: 1 }),
      against('first document, kB gzip', gzipSync(page).byteLength / 1e3, '', { atMost: 150 }),
      against('JavaScript beyond an empty page, kB gzip', (await ownScriptBytes(page)) / 1e3, '', { atMost: 60 }),
      ...(await compare('nobody known', { url, cookies: [] }, 'all.html')),
    ]
    const noteMemory = async (when: string) =>
      figures.push({ name: `peak memory of the web process, ${when}`, value: `${(await peakMemoryMb(server.child.pid)).toFixed(0)} MB` })
    await noteMemory('one audience')
    const [admin = '', ...audiences] = await signIn(ctx, server.url, people)
    figures.push(...(await compare('session', { url, cookies: [admin] }, 'all.html')))
    await load(divided, 'divided again')
    const running = keepRunning(database.context(systemClock), divided.assets[9]?.key ?? '', open.signal)
    figures.push(...(await compare('8 audiences, a flow runs', { url, cookies: audiences }, 'eighth.html')))
    open.abort()
    await running
    await noteMemory('with eight audiences and a flow')
    return figures
  } finally {
    open.abort()
    await rm(FOLDER, { force: true, recursive: true })
    await server.stop()
    await database.drop()
  }
}
