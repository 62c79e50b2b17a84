import { Client } from 'pg'
import { startCampus } from '#demo/campus/campus.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { type RealWorker, startRealWorker } from './real-worker.ts'
import { against, type Figure, timed } from './report.ts'

const PEOPLE = 40_000
const CHANGED_SHARE = 0.01
const FEW = 10_000
const MANY = 100_000
const MEMORY_MB_MAX = 400
const MEMORY_RATIO_MAX = 1.2

async function withPeople<T>(peopleCount: number, work: (worker: RealWorker, changeSome: () => number) => Promise<T>): Promise<T> {
  const campus = await startCampus({ clock: systemClock, peopleCount })
  const worker = await startRealWorker(campus)
  try {
    return await work(worker, () => campus.control.people.change({ share: CHANGED_SHARE }).length)
  } finally {
    await worker.stop()
    await campus.close()
  }
}

/** How often rows of the lake were written since the given instant of the server. */
async function writtenRows(url: string, since: Date): Promise<{ raw: number; curated: number }> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ raw: number; curated: number }>(
    `select (select count(*) from person_raw.person_data where dl_insert_date > $1)::int as raw,
       (select count(*) from person_curated.person_data_by_service where modified_date > $1)::int as curated`,
    [since],
  )
  await client.end()
  return rows[0] ?? { raw: Number.NaN, curated: Number.NaN }
}

async function measureChange(): Promise<Figure[]> {
  return withPeople(PEOPLE, async (worker, changeSome) => {
    const first = await timed(() => worker.run('person'))
    const again = await timed(() => worker.run('person'))
    const changed = changeSome()
    const since = new Date(systemClock.now())
    const later = await timed(() => worker.run('person'))
    const { raw, curated } = await writtenRows(worker.lakeUrl, since)
    const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`
    const many = (count: number | string | undefined) => Number(count ?? Number.NaN).toLocaleString('en')
    return [
      { name: `person run over HTTP, ${many(first.result['people'])} people, first`, value: seconds(first.ms) },
      { name: 'curated rows it wrote', value: many(first.result['curated rows written']) },
      { name: `unchanged: ${many(again.result['unchanged'])} people`, value: seconds(again.ms) },
      { name: `1 % changed (${changed} people)`, value: seconds(later.ms) },
      { name: 'history rows it wrote', value: many(raw), goal: String(changed), met: raw === changed },
      {
        name: 'curated rows it wrote',
        value: many(curated),
        goal: `those of ${changed} people`,
        met: curated === later.result['curated rows written'],
      },
    ]
  })
}

async function peakOf(people: number): Promise<number> {
  return withPeople(people, async (worker) => {
    await worker.run('person')
    return worker.peakMb()
  })
}

/** A real worker process that loads invented people from the stand-ins over HTTP: what a change costs, and what memory takes. */
export async function measurePeople(): Promise<Figure[]> {
  const few = await peakOf(FEW)
  const many = await peakOf(MANY)
  return [
    against(`peak memory of the worker, ${FEW.toLocaleString('en')} people`, few, ' MB', { atMost: MEMORY_MB_MAX }),
    against(`peak memory of the worker, ${MANY.toLocaleString('en')} people`, many, ' MB', { atMost: MEMORY_MB_MAX }),
    against('the one ÷ the other', many / few, '×', { atMost: MEMORY_RATIO_MAX }),
    ...(await measureChange()),
  ]
}
