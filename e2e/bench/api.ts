import { performance } from 'node:perf_hooks'
import { gunzipSync } from 'node:zlib'
import { openBigDatabase } from './big-database.ts'
import { peakMemoryMb } from './memory.ts'
import { against, type Figure, percentile } from './report.ts'
import { startWebServer } from './web-server.ts'

const ROUNDS = 3
const REQUESTS = 7
/** What every packed answer begins with; some versions of fetch leave it packed. */
const GZIP_MARK = 0x1f8b
const ENCODINGS = ['identity', 'gzip'] as const

/** Columns of each asset where they are asked for. */
const COLUMNS = 12
const FILL_COLUMNS = `
  insert into found_asset (connection_key, path, kind, name, columns, found_at, changed_at)
  select connection_key, path, asset_kind, path, (
    select jsonb_agg(jsonb_build_object('name', 'column_' || n, 'type', 'numeric(18,2)', 'description', 'What is counted here, in whole units.'))
    from generate_series(1, ${COLUMNS}) n), now(), now() from asset`

/** Reads an answer to its end; how many lines it had, and how long it took. */
async function readLines(url: string, encoding: string): Promise<{ lines: number; ms: number }> {
  const from = performance.now()
  const answer = await fetch(url, { headers: { accept: 'application/x-ndjson', 'accept-encoding': encoding } })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  const ms = performance.now() - from
  const text = bytes.readUInt16BE(0) === GZIP_MARK ? gunzipSync(bytes) : bytes
  return { lines: text.toString('latin1').split('\n').length - 1, ms }
}

/** Ten thousand assets in one request as lines, packed and not: how long, and what memory asking for them again costs. */
export async function measureApi(): Promise<Figure[]> {
  const { database, ctx, assetIds } = await openBigDatabase()
  await ctx.whole.query(FILL_COLUMNS)
  const server = await startWebServer(database.url)
  try {
    const url = `${server.url}/api/v1/assets`
    const peak = () => peakMemoryMb(server.child.pid)
    const figures: Figure[] = []
    const before = await peak()
    for (const encoding of ENCODINGS) await readLines(url, encoding)
    const peaks = [await peak()]
    const samples = { identity: [] as number[], gzip: [] as number[] }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const encoding of ENCODINGS) {
        for (let n = 0; n < REQUESTS; n += 1) {
          const { lines, ms } = await readLines(url, encoding)
          if (lines !== assetIds.length) throw new Error(`${lines} lines of ${assetIds.length} assets`)
          samples[encoding].push(ms)
        }
      }
      peaks.push(await peak())
    }
    for (const encoding of ENCODINGS) {
      const name = `${assetIds.length} assets as lines, ${encoding}`
      figures.push(against(`${name}, median`, percentile(samples[encoding], 0.5) / 1000, ' s', { atMost: 1 }))
      figures.push({ name: `${name}, p95`, value: `${(percentile(samples[encoding], 0.95) / 1000).toFixed(2)} s` })
    }
    const withColumns: number[] = []
    for (let n = 0; n < REQUESTS; n += 1) withColumns.push((await readLines(`${url}?include=columns`, 'gzip')).ms)
    const [first = 0, ...later] = peaks
    figures.push({
      name: `with ${COLUMNS} columns each, asked for, gzip, median`,
      value: `${(percentile(withColumns, 0.5) / 1000).toFixed(2)} s, peak memory ${(await peak()).toFixed(0)} MB`,
    })
    figures.push({ name: 'peak memory of the web process, asked for nothing', value: `${before.toFixed(0)} MB` })
    figures.push({ name: 'after the first two requests, then after each 14', value: `${peaks.map((mb) => mb.toFixed(0)).join(', ')} MB` })
    figures.push(against('growth from the second request to the last', (later.at(-1) ?? 0) - first, ' MB', { atMost: 40 }))
    return figures
  } finally {
    await server.stop()
    await database.drop()
  }
}
