import { Client } from 'pg'
import { type ManyTables, openManyTables } from '#lib/testing/worlds/many-tables.ts'
import { against, type Figure, percentile, timed } from '../bench/report.ts'

const TABLES = 10_000
const MOVED = 100
const EVERY = 12
const LOOKS = 5
const CONNECTIONS = 4

interface Round {
  ms: number
  cpuMs: number
  /** Asked of every table together. */
  metadata: number
  /** Statements that read tables, and how many tables they read. */
  reads: number
  tables: number
}

async function look(world: ManyTables): Promise<Round> {
  const from = process.cpuUsage()
  const { ms } = await timed(() => world.look())
  const { user, system } = process.cpuUsage(from)
  const asked = await world.asked()
  const reads = asked.filter((text) => text.includes('max('))
  const tables = reads.reduce((sum, text) => sum + text.split('max("loaded_at")').length - 1, 0)
  return { ms, cpuMs: (user + system) / 1000, metadata: asked.length - reads.length, reads: reads.length, tables }
}

async function looks(world: ManyTables, before: (round: number) => Promise<void> = async () => {}): Promise<Round[]> {
  const rounds: Round[] = []
  for (let n = 0; n < LOOKS; n += 1) {
    await before(n)
    await world.asked()
    rounds.push(await look(world))
  }
  return rounds
}

/** What it costs without any of this: the newest value of each table, over as many connections as a look may have. */
async function oneByOne(world: ManyTables): Promise<number> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => new Client({ connectionString: world.url })))
  await Promise.all(clients.map((client) => client.connect()))
  const waiting = Array.from({ length: TABLES }, (_, n) => n)
  const { ms } = await timed(() =>
    Promise.all(
      clients.map(async (client) => {
        for (let n = waiting.pop(); n !== undefined; n = waiting.pop()) await client.query(`select max(loaded_at) from t${n}`)
      }),
    ),
  )
  await Promise.all(clients.map((client) => client.end()))
  return ms
}

async function rewritten(world: ManyTables, work: () => Promise<void>): Promise<number> {
  const before = [await world.versions('asset'), await world.versions('subject')]
  await work()
  const after = [await world.versions('asset'), await world.versions('subject')]
  return after.reduce((sum, rows, i) => sum + [...rows].filter(([id, version]) => before[i]?.get(id) !== version).length, 0)
}

const median = (rounds: readonly Round[], of: (round: Round) => number) => percentile(rounds.map(of), 0.5)

/** Ten thousand tables of a database, looked at by a worker: when nothing moved, with and without the round of full looks, and when one in a hundred did. */
export async function measureProbing(): Promise<Figure[]> {
  const quiet = await openManyTables(TABLES, { fullLookEvery: 1000 })
  const first = await look(quiet)
  await quiet.analyze()
  const still = await looks(quiet)
  const rows = await rewritten(quiet, () => quiet.look())
  const some = await looks(quiet, (n) => quiet.write(Array.from({ length: MOVED }, (_, i) => (n * MOVED + i) * 7)))
  const plainMs = await oneByOne(quiet)
  await quiet.setSettings({ fullLookEvery: EVERY })
  const turns = await looks(quiet)
  await quiet.close()
  const stillMs = median(still, ({ ms }) => ms)
  const counts = turns.map(({ tables }) => tables)
  return [
    { name: 'first look, statements', value: `${first.metadata + first.reads}` },
    against('nothing moved, statements asked of all tables', Math.max(...still.map(({ metadata }) => metadata)), '', { atMost: 10 }),
    against('nothing moved, with recording', stillMs / 1000, ' s', { atMost: 2 }),
    { name: 'nothing moved, processor time of the worker', value: `${median(still, ({ cpuMs }) => cpuMs).toFixed(0)} ms` },
    against('nothing moved, rows of assets rewritten', rows, '', { atMost: 0 }),
    { name: `of ${EVERY} looks one reads it all the same, statements`, value: `${median(turns, ({ reads }) => reads)}` },
    { name: 'tables they read, fewest and most of a look', value: `${Math.min(...counts)} to ${Math.max(...counts)}` },
    against('1 % moved, tables read beyond those and the turns', Math.max(...some.map(({ tables }) => tables)) - MOVED, '', { atMost: 15 }),
    { name: '1 % moved, statements that read them', value: `${median(some, ({ reads }) => reads)}` },
    { name: '1 % moved, with recording', value: `${(median(some, ({ ms }) => ms) / 1000).toFixed(2)} s` },
    { name: `one max() a table on ${CONNECTIONS} connections`, value: `${(plainMs / 1000).toFixed(2)} s` },
    { name: 'that is so many looks of which nothing moved', value: `${(plainMs / stillMs).toFixed(1)}×` },
  ]
}
