import { followChanges } from './follow-changes.ts'
import { webProcess } from './web-process.ts'

/** Opens the database, starts following changes, and lets everything go when the process is asked to stop. */
export function startWebProcess(): void {
  const { stopping } = webProcess()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())
  followChanges()
}
