import { randomUUID } from 'node:crypto'
import type { IncomingPerson, Population } from '#jobs/flows/person/incoming-person.ts'
import { openPersonStore, type PersonStore } from '#jobs/flows/person/store/person-store.ts'
import { createLakeBench } from '#lib/testing/runs/lake-bench.ts'

interface StoreRun {
  store: PersonStore
  runId: string
  rejections: { task: string; key: string; reason: string }[]
  words: string[]
}

/** An empty lake for people, and runs of the person flow on it, one fence after the other. */
export async function personStoreHarness() {
  const bench = await createLakeBench()
  let now = Date.parse('2026-11-20T08:00:00Z')
  let fence = 0

  async function begin(options: { runId?: string; attempt?: number } = {}): Promise<StoreRun> {
    const { runId = randomUUID(), attempt = 1 } = options
    fence += 1
    const lake = await bench.lakeOf('person', fence, { runId, attempt })
    const rejections: StoreRun['rejections'] = []
    const words: string[] = []
    const store = await openPersonStore({
      lake,
      runId,
      now: () => now,
      log: { info: (message) => words.push(message), warn: (message) => words.push(message), error: (message) => words.push(message) },
      quarantine: async (task, key, reason) => void rejections.push({ task, key, reason }),
    })
    return { store, runId, rejections, words }
  }

  const rows = async <R extends object>(text: string, values: unknown[] = []) => (await bench.admin.query<R>(text, values)).rows

  return {
    url: bench.url,
    begin,
    rows,
    setNow: (at: string) => {
      now = Date.parse(at)
    },
    async load(...people: readonly IncomingPerson[]) {
      const run = await begin()
      return { ...run, merged: await run.store.merge('people', people) }
    },
    async count(table: string, where = 'true'): Promise<number> {
      const [row] = await rows<{ count: number }>(`select count(*)::int as count from ${table} where ${where}`)
      return row?.count ?? -1
    },
    async servicesOf(buid: string): Promise<string[]> {
      const found = await rows<{ service: string }>(
        'select service from person_curated.person_data_by_service where bu_uid = $1 order by service',
        [buid],
      )
      return found.map(({ service }) => service)
    },
    async clear(): Promise<void> {
      const { length } = await rows(`select 1 where to_regclass('person_raw.person_data') is null`)
      if (length > 0) await (await begin()).store.curateAnew()
      await rows(
        'truncate person_raw.person_data, person_raw.postponed_person, person_xform.current_person_data, person_curated.person_data_by_service',
      )
    },
    close: () => bench.close(),
  }
}
export type PersonStoreHarness = Awaited<ReturnType<typeof personStoreHarness>>

export function aPerson(buid: string, fields: object = {}, populations: readonly Population[] = ['student']): IncomingPerson {
  return { buid, populations, text: JSON.stringify({ personid: buid, ...fields }) }
}
