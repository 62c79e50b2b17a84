import type { JsonObject } from '#lib/domain/values/json.ts'
import type { Lake, LakeOptions } from '#lib/engine/lake/lake.ts'
import type { LoadCounts, LoadSpec } from '#lib/engine/lake/load-spec.ts'
import { createLakeBench } from './lake-bench.ts'

export const PERMITS: LoadSpec = {
  table: 'parking.permits',
  mode: 'merge',
  key: ['id'],
  columns: [
    { name: 'id', type: 'integer' },
    { name: 'plate', type: null },
    { name: 'until', type: 'date' },
  ],
  shrinkRatio: 0.5,
  allowEmpty: false,
}

export function permit(id: number, plate = `P${id}`, until: string | null = '2026-12-31'): JsonObject {
  return { id, plate, until }
}

export function counts(given: Partial<LoadCounts>): LoadCounts {
  return { seen: 0, inserted: 0, changed: 0, unchanged: 0, deleted: 0, duplicates: 0, ...given }
}

export function runId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
}

/** A lake into which run after run of one flow loads. */
export async function createLoadBench() {
  const bench = await createLakeBench()
  let runs = 0
  const query = async (text: string): Promise<Record<string, unknown>[]> => (await bench.admin.query(text)).rows

  const next = (attempt: number, more: Partial<LakeOptions> = {}): Promise<Lake> => {
    runs += 1
    const run = runId(attempt === 1 ? runs : runs - 1)
    return bench.lakeOf('parking', runs, { runId: run, attempt, ...more })
  }

  return {
    ...bench,
    query,
    newRun: (more?: Partial<LakeOptions>) => next(1, more),
    secondAttempt: () => next(2),
    lastRun: () => runId(runs),
    async load(rows: readonly JsonObject[], spec: Partial<LoadSpec> = {}): Promise<LoadCounts> {
      const lake = await next(1)
      return lake.load({ ...PERMITS, ...spec }, rows)
    },
    async content(columns = 'id, plate, until::text'): Promise<string[]> {
      const rows = await query(`select ${columns} from parking.permits`)
      return rows.map((row) => Object.values(row).join(' ')).sort()
    },
    async tableExists(): Promise<boolean> {
      return (await query("select to_regclass('parking.permits') as there"))[0]?.['there'] !== null
    },
    async leftovers(): Promise<number> {
      return (await query("select 1 from pg_class where relname like 'tidemark_staged%'")).length
    },
    async forget(): Promise<void> {
      await bench.admin.query('drop schema if exists parking cascade')
    },
  }
}
export type LoadBench = Awaited<ReturnType<typeof createLoadBench>>
