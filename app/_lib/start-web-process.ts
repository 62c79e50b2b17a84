import { type Listen, listen } from '#app/_door/listen.ts'
import { renderOverview } from '#app/_door/render-overview.ts'
import { createSnapshots } from '#app/_door/snapshots.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { endStreams } from './end-streams.ts'
import { followChanges } from './follow-changes.ts'
import { keepReceiving } from './keep-receiving.ts'
import { webProcess } from './web-process.ts'

declare global {
  /** Where `serve.mjs`, which is not in the bundle, waits for the door. */
  var tidemarkDoor: PromiseWithResolvers<Listen>
}

/** Opens the database, starts following changes, hands over the door, and lets everything go when the process is asked to stop. */
export function startWebProcess(): void {
  try {
    const { stopping, context } = webProcess()
    const { clock, log } = context
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())
    const onFailure = (error: unknown) => log.warn('could not renew the overview', { error: toInternalMessage(error) })
    const snapshots = createSnapshots({ clock, render: renderOverview, onFailure })
    globalThis.tidemarkDoor.resolve((options) => listen(snapshots, options))
    followChanges(snapshots)
    void endStreams(webProcess())
    void keepReceiving(webProcess())
  } catch (error) {
    globalThis.tidemarkDoor.reject(new Error(toInternalMessage(error)))
  }
}
