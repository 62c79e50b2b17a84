// Loaded into the web process of a test (--import): says on request what it holds open.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Client } from 'pg'

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** What a process holds, and what it has asked its database since it started. */
export interface ProcessState {
  /** Statement → how often. */
  statements: Record<string, number>
  listeners: number
  /** Open handles by their kind. */
  handles: Record<string, number>
  heapMb: number
  rssMb: number
}

const statements: Record<string, number> = {}
const ask: (...asked: unknown[]) => unknown = Client.prototype.query
Object.assign(Client.prototype, {
  query(...asked: unknown[]) {
    const [first] = asked
    const text = typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : String(first)
    statements[text] = (statements[text] ?? 0) + 1
    return ask.apply(this, asked)
  },
})

process.on('message', () => {
  if (typeof collect === 'function') collect()
  const handles: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1
  const { heapUsed, external, rss } = process.memoryUsage()
  const state: ProcessState = {
    statements,
    listeners: globalThis.tidemarkWebProcess?.listeners.size ?? 0,
    handles,
    heapMb: (heapUsed + external) / 2 ** 20,
    rssMb: rss / 2 ** 20,
  }
  process.send?.(state)
})
process.channel?.unref()
