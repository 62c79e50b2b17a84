import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** What became of the files that arrived within some time. Those that were replaced or removed in their store before they were read count nowhere. */
export interface ArrivedFiles {
  arrived: number
  /** Of those, how many stand in their table. */
  landed: number
}

/** The share of files that reached their table, in whole percent rounded down, so that 100 means all; null where none arrived. */
export function landedPercent({ arrived, landed }: ArrivedFiles): number | null {
  return arrived === 0 ? null : Math.floor((landed * 100) / arrived)
}

/** Whether nobody would know of a file: the place was not looked at for three times as long as it should be, or the queue. */
export function isBlind(look: { everyMs: number; okAt: Instant | null }, now: Instant): boolean {
  return look.okAt === null || now - look.okAt > Math.max(3 * look.everyMs, BLIND_AFTER_MIN_MS)
}

const BLIND_AFTER_MIN_MS = 5 * MINUTE_MS
