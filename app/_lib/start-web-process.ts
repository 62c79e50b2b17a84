import { listen } from '#app/_door/listen.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { followChanges } from './follow-changes.ts'
import { webProcess } from './web-process.ts'

declare global {
  /** Where `serve.mjs`, which is not in the bundle, waits for the door. */
  var tidemarkDoor: PromiseWithResolvers<typeof listen>
}

/** Opens the database, starts following changes, hands over the door, and lets everything go when the process is asked to stop. */
export function startWebProcess(): void {
  try {
    const { stopping } = webProcess()
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())
    followChanges()
    globalThis.tidemarkDoor.resolve(listen)
  } catch (error) {
    globalThis.tidemarkDoor.reject(new Error(toInternalMessage(error)))
  }
}
