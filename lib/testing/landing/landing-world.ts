import { z } from 'zod'
import { landingSchema } from '#lib/catalogue/schema/landing.ts'
import type { InboxFile } from '#lib/domain/files/inbox-file.ts'
import { defineFlow, type FlowContext } from '#lib/engine/flow.ts'
import { type LandOptions, landFile } from '#lib/engine/landing/land-file.ts'
import { lakeWithCampus, type RunOptions } from '#lib/testing/runs/lake-runs.ts'
import { MemoryStore } from './memory-store.ts'

type Options = RunOptions & LandOptions & { name?: string }

/** So many JSON lines. */
export const jsonLines = (count: number): string => Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join('')

/** A lake, a store, and runs that land one file each in `games.prices`. */
export async function landingWorld() {
  const lake = await lakeWithCampus()
  let store = new MemoryStore()

  /** One run that does something with a context, as the engine gives it. */
  async function inRun<T>(work: (ctx: FlowContext<unknown>) => Promise<T>, { name = 'prices', ...options }: Options = {}) {
    const results: T[] = []
    const run = async (ctx: FlowContext<unknown>) => {
      results.push(await work(ctx))
      return { rowsLoaded: 0, rowsSeen: 0, summary: {} }
    }
    const flow = {
      schedule: '',
      timezone: 'UTC',
      reads: [],
      writes: [],
      connections: [],
      parameters: z.object({}),
      timeoutMs: 3_600_000,
      run,
    }
    const end = await lake.run(name, defineFlow(flow), { store, ...options })
    return { end, result: results[0] }
  }

  async function land(file: InboxFile, written: Record<string, unknown> = {}, options: Options = {}) {
    let error: unknown = null
    const landing = landingSchema.parse({ into: 'lake/games.prices', ...written })
    const work = (ctx: FlowContext<unknown>) =>
      landFile(ctx, file, landing, options).catch((thrown: unknown) => {
        error = thrown
        throw thrown
      })
    return { ...(await inRun(work, options)), error }
  }

  return {
    ...lake,
    inRun,
    land,
    get store(): MemoryStore {
      return store
    },
    landed: async (...given: Parameters<typeof land>) => (await land(...given)).result,
    prices: (columns = 'line, document') => lake.rows(`select ${columns} from games.prices order by key, version, line`),
    countPrices: () => lake.count('games.prices'),
    /** Neither files nor tables. */
    async forget(): Promise<void> {
      store = new MemoryStore()
      await lake.rows('drop schema if exists games cascade')
    },
  }
}
export type LandingWorld = Awaited<ReturnType<typeof landingWorld>>
