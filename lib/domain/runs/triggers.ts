import { z } from 'zod'
import { DAY_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { wantedValuesSchema } from './trigger-conditions.ts'

/** How a flow comes to know of files: it is told by a queue, it looks by itself, or somebody pushes. */
export const FILE_WAYS = ['queue', 'listing', 'push'] as const
export type FileWay = (typeof FILE_WAYS)[number]

/** A flow's trigger beside its schedule, resolved. */
export const flowTriggerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    /** The connection, and where in it: `<bucket>/<prefix>` without slashes around it; empty: everywhere. */
    source: z.string(),
    place: z.string(),
    match: z.string().nullable(),
    by: z.enum(FILE_WAYS),
    everyMs: z.number(),
    leastBytes: z.number().optional(),
    mostBytes: z.number().optional(),
  }),
  /** Feeds, `<group>/<feed>`. */
  z.object({ kind: z.literal('fresh'), feeds: z.array(z.string()) }),
  z.object({ kind: z.literal('message'), source: z.string(), where: wantedValuesSchema.optional() }),
  z.object({ kind: z.literal('push'), where: wantedValuesSchema.optional() }),
])
export type FlowTrigger = z.infer<typeof flowTriggerSchema>
export type FileTrigger = Extract<FlowTrigger, { kind: 'file' }>

/** Who or what asks for a run, as its row says; `elsewhere`: its job was started in its own system, and not from here. */
export const RUN_TRIGGERS = ['schedule', 'manual', 'file', 'fresh', 'message', 'push', 'elsewhere'] as const
export type RunTrigger = (typeof RUN_TRIGGERS)[number]

/** However often something comes: after so many times its debounce, and never later than a day, the run begins. */
const DEBOUNCES_MAX = 10

/** When a run begins that was first asked for at `firstAt` and last at `lastAt`: once nobody has asked for `debounceMs`, but not put off for ever. */
export function quietFrom({ firstAt, lastAt, debounceMs }: { firstAt: Instant; lastAt: Instant; debounceMs: number }): Instant {
  return Math.min(lastAt + debounceMs, firstAt + Math.min(DEBOUNCES_MAX * debounceMs, DAY_MS))
}

const AGAIN_AFTER_MS = MINUTE_MS
const AGAIN_AFTER_MAX_MS = 30 * MINUTE_MS

/** How long after a failed run the next one may begin by itself, by how many failed in a row: what is wrong with all files is not tried every few seconds. */
export function pauseAfterFailures(failures: number): number {
  return failures === 0 ? 0 : Math.min(AGAIN_AFTER_MS * 2 ** Math.min(failures - 1, 10), AGAIN_AFTER_MAX_MS)
}
