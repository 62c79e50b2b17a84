// Loaded into the web process of a test (--import): says on request what it holds open.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** What a process holds. */
export interface ProcessState {
  listeners: number
  /** Open handles by their kind. */
  handles: Record<string, number>
  heapMb: number
  rssMb: number
}

process.on('message', () => {
  if (typeof collect === 'function') collect()
  const handles: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1
  const { heapUsed, external, rss } = process.memoryUsage()
  const state: ProcessState = {
    listeners: globalThis.tidemarkWebProcess?.listeners.size ?? 0,
    handles,
    heapMb: (heapUsed + external) / 2 ** 20,
    rssMb: rss / 2 ** 20,
  }
  process.send?.(state)
})
process.channel?.unref()
