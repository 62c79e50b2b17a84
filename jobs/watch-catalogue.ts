import { createHash } from 'node:crypto'
import { readCatalogueTexts } from '#lib/commands/load-catalogue.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'

const EVERY_MS = 2000
/** Editors write in several steps: a change counts once the files have been the same for this long. */
const SETTLED_MS = 250

interface WatchOptions {
  path: string
  clock: Clock
  log: Log
  signal: AbortSignal
  /** Called for the first look and after every change, one at a time; when it throws, it is called again at the next look. */
  onChange: () => Promise<void>
}

/** What the files hold now, in one word; also distinguishes missing and unreadable ones. */
async function fingerprint(path: string): Promise<string> {
  const read = await readCatalogueTexts(path)
  return createHash('sha256').update(JSON.stringify(read)).digest('hex')
}

async function settledFingerprint({ path, clock, signal }: WatchOptions, known: string | null): Promise<string> {
  let last = await fingerprint(path)
  while (last !== known && known !== null && !signal.aborted) {
    await clock.sleep(SETTLED_MS, signal)
    const again = await fingerprint(path)
    if (again === last) break
    last = again
  }
  return last
}

/**
 * Follows a catalogue file or folder until the signal aborts, by reading it every two seconds: whatever an editor does
 * (replace, truncate, rename), what counts is what a reader would see.
 */
export async function watchCatalogue(options: WatchOptions): Promise<void> {
  const { clock, log, signal, onChange } = options
  let known: string | null = null
  while (!signal.aborted) {
    const now = await settledFingerprint(options, known)
    if (now !== known && !signal.aborted) {
      try {
        await onChange()
        known = now
      } catch (error) {
        log.error('the catalogue could not be taken over; trying again', { error: toInternalMessage(error) })
      }
    }
    await clock.sleep(EVERY_MS, signal)
  }
}
