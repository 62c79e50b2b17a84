import { goodAgain, type LoadedAsset } from '#lib/domain/lineage/again/good-again.ts'
import type { Writer } from '#lib/domain/lineage/again/writer.ts'
import { explainingEdges } from '#lib/domain/lineage/causes/explaining-edges.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

const NEW_YORK = 'America/New_York'
/** Friday noon in New York. */
export const NOON = Date.parse('2026-11-20T17:00:00Z')

/** A flow with its usual duration in minutes; null: it has never succeeded. */
export function flow(name: string, cron: string | null, minutes: number | null, more: Partial<Writer> & { zone?: string } = {}): Writer {
  const { zone = NEW_YORK, ...rest } = more
  return {
    key: `flow:${name}`,
    name,
    durationsMs: minutes === null ? [] : [minutes * MINUTE_MS],
    ends: [],
    downConnections: [],
    schedule: cron === null ? null : { cron, zone, calendar: null },
    after: [],
    isAfterUnseen: false,
    patienceMs: 4 * HOUR_MS,
    dueAt: null,
    announced: [],
    running: null,
    lastFor: null,
    lastGoodFor: null,
    pausedUntil: null,
    ...rest,
  }
}

/** A job of another system, and the runs that it announces. */
export const job = (name: string, minutes: number, announced: readonly string[] = []): Writer => ({
  ...flow(name, null, minutes),
  key: `job:${name}`,
  announced: announced.map(Date.parse),
})

/** Late, and known by its id. */
export const asset = (id: number, writer: string | null, more: Partial<LoadedAsset> = {}): LoadedAsset => ({
  ...{ id, status: 'late', since: 100 + id, name: `Asset ${id}`, owner: `Team ${id}`, writer, follows: false, unseen: null },
  ...more,
})

/** `chain(1, 2, 3)`: 2 is made from 1, 3 from 2. */
export const chain = (...ids: number[]) => ids.slice(1).map((downstreamId, at) => ({ upstreamId: ids[at] ?? 0, downstreamId }))
/** A run that ended so. */
export const failed = (problem: string) => ({ state: 'failed' as const, problem })

/** What is found, by ids: `2026-11-21 07:04 if SAP, term`, or why not. */
function told(found: ReturnType<typeof goodAgain>): Record<number, string> {
  const words = [...found].map(([id, again]) => {
    if (again.kind === 'no-date') return [id, `${again.because} > ${again.ask}`]
    const conditions = [...again.ifAnswering, ...again.ifSucceeding]
    return [id, `${new Date(again.at).toISOString().slice(0, 16).replace('T', ' ')}${conditions.length === 0 ? '' : ` if ${conditions}`}`]
  })
  return Object.fromEntries(words)
}

/** When each of these is good again. */
export const at = (now: Instant, assets: LoadedAsset[], edges: ReturnType<typeof chain>, ...writers: Writer[]) =>
  told(goodAgain(assets, explainingEdges(assets, edges), writers, now))
