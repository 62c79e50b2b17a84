import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { gzipSync } from 'node:zlib'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { fillBigDatabase } from './big-database.ts'
import { peakMemoryMb } from './memory.ts'
import { against, type Figure, percentile } from './report.ts'
import { startWebServer } from './web-server.ts'

const REQUESTS = 200
const FILE = 'public/bench.html'

async function sample(url: string, readers: number): Promise<number[]> {
  const samples: number[] = []
  let left = REQUESTS
  async function read(): Promise<void> {
    while (left > 0) {
      left -= 1
      const from = performance.now()
      const answer = await fetch(url, { headers: { 'accept-encoding': 'identity' } })
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
      await answer.arrayBuffer()
      samples.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: readers }, read))
  return samples
}

/** The scripts a document loads beyond those that every page of this build loads, an empty one too. */
async function ownScriptBytes(page: string): Promise<number> {
  const { rootMainFiles }: { rootMainFiles: string[] } = JSON.parse(await readFile('.next/build-manifest.json', 'utf8'))
  const loaded = [...page.matchAll(/<script src="\/_next\/([^"?]+)[^"]*"(?![^>]*noModule)/g)].map(([, file = '']) => file)
  const own = [...new Set(loaded)].filter((file) => !rootMainFiles.includes(file))
  const sizes = await Promise.all(own.map(async (file) => gzipSync(await readFile(`.next/${file}`)).byteLength))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** The overview of a thousand feeds against the same bytes as a file of the same server. */
export async function measureOverview(): Promise<Figure[]> {
  const database = await createTestDatabase()
  const clock = new FakeClock(systemClock.now())
  const ctx = database.context(clock)
  await fillBigDatabase(ctx, clock, systemClock.now(), 'http://localhost:3000')
  // Next serves what lies in public/ when it starts, so the page is read once before.
  const before = await startWebServer(database.url)
  const page = await (await fetch(`${before.url}/`)).text()
  await before.stop()
  await mkdir('public', { recursive: true })
  await writeFile(FILE, page)
  const server = await startWebServer(database.url)
  try {
    await sample(`${server.url}/`, 4)
    await sample(`${server.url}/bench.html`, 4)
    const figures: Figure[] = [
      against('first document, MB', Buffer.byteLength(page) / 1e6, '', { atMost: 1 }),
      against('first document, kB gzip', gzipSync(page).byteLength / 1e3, '', { atMost: 150 }),
      against('JavaScript beyond an empty page, kB gzip', (await ownScriptBytes(page)) / 1e3, '', { atMost: 60 }),
    ]
    for (const readers of [1, 8]) {
      const live = await sample(`${server.url}/`, readers)
      const still = await sample(`${server.url}/bench.html`, readers)
      for (const [share, atMost] of [
        [0.5, 2],
        [0.95, 3],
      ] as const) {
        const name = `p${share * 100} with ${readers} reader${readers === 1 ? '' : 's'} ÷ static file (${percentile(live, share).toFixed(1)} ms)`
        figures.push(against(name, percentile(live, share) / percentile(still, share), '×', { atMost }))
      }
    }
    figures.push({ name: 'peak memory of the web process', value: `${(await peakMemoryMb(server.child.pid)).toFixed(0)} MB` })
    return figures
  } finally {
    await rm('public', { force: true, recursive: true })
    await server.stop()
    await database.drop()
  }
}
