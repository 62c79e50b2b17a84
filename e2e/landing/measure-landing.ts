import { Client } from 'pg'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { copyLines } from '#lib/engine/lake/copy-in.ts'
import { landingLines } from '#lib/engine/landing/landing-row.ts'
import { LANDING_COLUMNS } from '#lib/engine/landing/landing-table.ts'
import { type LandingWorld, landingWorld } from '#lib/testing/landing/landing-world.ts'
import { better, emptyTables, inOneTransaction } from '../bench/lake-session.ts'
import { against, type Figure, timed } from '../bench/report.ts'

const LINES = 1_000_000
const ROUNDS = 2
/** Written once and sent again and again: what is measured is not how fast lines are made up. */
const BLOCK_LINES = 10_000
const PIECE_BYTES = 65_536
const TABLE = 'games.prices'
const STAMP = { modifiedAt: 0, loadedAt: 0, runId: '00000000-0000-4000-8000-000000000001' }

function priceOf(n: number): string {
  const at = new Date(1_795_158_000_000 + n * 1000).toISOString()
  return `{"game":"Game ${n % 997}","shop":"steam","sku":"A-${n}","price":${(n % 7919) / 100},"currency":"EUR","discount":{"percent":${n % 90},"until":null},"at":"${at}"}`
}

const BLOCK = Array.from({ length: BLOCK_LINES }, (_, n) => priceOf(n))

function fileOf(lines: number): StoredFile {
  return { bucket: 'uploads', key: 'incoming/prices.jsonl', version: `v${lines}`, bytes: 0, modifiedAt: 0 }
}

async function* content(lines: number): AsyncGenerator<Uint8Array> {
  const block = Buffer.from(`${BLOCK.join('\n')}\n`)
  for (let sent = 0; sent < lines; sent += BLOCK_LINES) {
    for (let at = 0; at < block.length; at += PIECE_BYTES) yield block.subarray(at, at + PIECE_BYTES)
  }
}

/** What PostgreSQL alone needs: the same lines, ready to be sent. */
async function copyPlainly(client: Client, lines: number): Promise<number> {
  const toLine = landingLines({ source: 'shop', ...fileOf(lines) }, STAMP)
  const block = Buffer.from(BLOCK.map((document, line) => toLine({ line, document })).join(''))
  async function* blocks(): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < lines; sent += BLOCK_LINES) {
      for (let at = 0; at < block.length; at += PIECE_BYTES) yield block.subarray(at, at + PIECE_BYTES)
    }
  }
  return inOneTransaction(client, [TABLE], () => copyLines(client, TABLE, LANDING_COLUMNS, blocks()))
}

async function landOnce(world: LandingWorld, lines: number): Promise<{ ms: number; grownMb: number }> {
  const file = fileOf(lines)
  const store = { openFile: async () => ({ file, bytes: content(lines) }), copyFile: () => Promise.reject(new Error('nothing is copied')) }
  const most = { atFirst: 0, later: 0 }
  const onRows = (rows: number) => {
    const part = rows * 4 < lines ? 'atFirst' : 'later'
    most[part] = Math.max(most[part], process.memoryUsage().rss)
  }
  const { ms, result } = await timed(() => world.land({ source: 'shop', ...file }, {}, { store, onRows }))
  if (result.result?.rows !== lines) throw new Error(`the landing ended ${result.end.state}: ${result.end.internalProblem}`)
  return { ms, grownMb: (most.later - most.atFirst) / 1_000_000 }
}

/** One file of a million lines into its table, against a COPY of the same rows that are ready to be sent. */
export async function measureLanding(lines = LINES, rounds = ROUNDS): Promise<Figure[]> {
  const world = await landingWorld()
  const client = new Client({ connectionString: world.url })
  await client.connect()
  await landOnce(world, BLOCK_LINES)
  const best = { copy: Infinity, landing: Infinity, grownMb: 0 }
  for (let round = 0; round < rounds; round += 1) {
    best.copy = await better(best.copy, () => copyPlainly(client, lines))
    await emptyTables(client, [TABLE, 'tidemark.landed_file'])
    const { ms, grownMb } = await landOnce(world, lines)
    best.landing = Math.min(best.landing, ms)
    best.grownMb = Math.max(best.grownMb, grownMb)
  }
  await client.end()
  await world.close()
  const perSecond = (time: number) => `${Math.round((lines / time) * 1000).toLocaleString('en')} rows/s`
  return [
    { name: `COPY of ${lines.toLocaleString('en')} rows that are ready`, value: perSecond(best.copy) },
    { name: 'a file of as many lines, landed', value: perSecond(best.landing) },
    against('landing ÷ COPY', best.copy / best.landing, '', { atLeast: 0.5 }),
    against('memory that it grew by after a quarter of the file', best.grownMb, ' MB', { atMost: 100 }),
  ]
}
