import { type CatalogueReading, type CatalogueTexts, readCatalogueAgain } from '#lib/commands/catalogue/read-catalogue.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'

const EVERY_MS = 1000
const LOOK_AGAIN_MS = 250
/** Editors write in several steps: a change counts once files, sizes and times have stayed the same for this long. */
const SETTLED_MS = 1000
/** For files that are empty or end within a line: somebody is probably still writing. */
const ABRUPT_MS = 1500
const LONGEST_WAIT_MS = 30_000

interface WatchOptions {
  path: string
  clock: Clock
  log: Log
  signal: AbortSignal
  /** Called at first and after every change, one at a time; repeated with growing waits when it throws. */
  onChange: (read: CatalogueTexts) => Promise<void>
}

const hasBeenQuiet = (reading: CatalogueReading, now: number) => reading.changedAtMs > 0 && now - reading.changedAtMs >= ABRUPT_MS

/** The files once nobody writes; at once when they are known already, or old at the start. */
async function settledReading({ path, clock, signal }: WatchOptions, known: string | null): Promise<CatalogueReading> {
  let last = await readCatalogueAgain(path)
  if (last.content === known || (known === null && hasBeenQuiet(last, clock.now()))) return last
  let quietMs = 0
  while (!signal.aborted && quietMs < (last.endsAbruptly ? ABRUPT_MS : SETTLED_MS)) {
    await clock.sleep(LOOK_AGAIN_MS, signal)
    const again = await readCatalogueAgain(path)
    quietMs = again.stamp === last.stamp ? quietMs + LOOK_AGAIN_MS : 0
    last = again
  }
  return last
}

/** Follows a catalogue by reading it every second until the signal aborts: however an editor writes, what a reader would see counts. */
export async function watchCatalogue(options: WatchOptions): Promise<void> {
  const { clock, log, signal, onChange } = options
  let known: string | null = null
  let failed = { content: '', times: 0, retryAt: 0 }
  while (!signal.aborted) {
    const { content, read } = await settledReading(options, known)
    const mayTry = content !== failed.content || clock.now() >= failed.retryAt
    if (content !== known && mayTry && !signal.aborted) {
      try {
        await onChange(read)
        known = content
      } catch (error) {
        log.error('the catalogue could not be taken over; trying again', { error: toInternalMessage(error) })
        const times = content === failed.content ? failed.times + 1 : 1
        failed = { content, times, retryAt: clock.now() + Math.min(LONGEST_WAIT_MS, EVERY_MS * 2 ** Math.min(times, 5)) }
      }
    }
    await clock.sleep(EVERY_MS, signal)
  }
}
