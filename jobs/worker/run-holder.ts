import { type ClaimedRun, claimRun } from '#lib/commands/runs/claim-run.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { createWakeSignal } from '#lib/platform/wake-signal.ts'
import { executeRun } from './execute-run.ts'
import type { HeldRuns, JobServices } from './job-kind.ts'

const RUNS_MAX = 4
/** Beside them so many runs that only follow what other systems do. */
const FOLLOWED_MAX = 100
/** A stopping worker waits this long for runs about to end, then hands them back. */
const FINISH_MS = 3000

interface Held {
  /** Another system does its work. */
  isElsewhere: boolean
  stop: AbortController
  renewLeaseNow: () => void
  done: Promise<void>
}

export class RunHolder implements HeldRuns {
  readonly #held = new Map<string, Held>()
  #claiming = 0
  #stopping = false

  hasRoom(): boolean {
    return this.#hasRoomFor(true) || this.#hasRoomFor(false)
  }

  #hasRoomFor(isElsewhere: boolean): boolean {
    const held = [...this.#held.values()].filter((one) => one.isElsewhere === isElsewhere).length
    return !this.#stopping && held + this.#claiming < (isElsewhere ? FOLLOWED_MAX : RUNS_MAX)
  }

  ids(): string[] {
    return [...this.#held.keys()]
  }

  async take(services: JobServices, runId: string): Promise<boolean> {
    if (!this.hasRoom()) return false
    const place = { isTaken: false, isMissing: false }
    const hasRoom = (isElsewhere: boolean) => {
      place.isTaken = this.#hasRoomFor(isElsewhere)
      place.isMissing = !place.isTaken
      if (place.isTaken) this.#claiming += 1
      return place.isTaken
    }
    try {
      const claimed = await claimRun(services.ctx, { runId, owner: services.workerId, hasRoom })
      if (claimed) this.start(services, claimed)
    } finally {
      if (place.isTaken) this.#claiming -= 1
    }
    return !place.isMissing
  }

  start(services: JobServices, run: ClaimedRun): void {
    const stop = new AbortController()
    const wakeSignal = createWakeSignal(services.ctx.clock)
    const done = executeRun(services, run, { stop, wakeSignal })
      .catch((error) =>
        services.ctx.log.error('a run could not be ended; its lease will run out', { run: run.runId, error: toInternalMessage(error) }),
      )
      .finally(() => this.#held.delete(run.runId))
    this.#held.set(run.runId, { isElsewhere: run.runs !== null, stop, renewLeaseNow: () => wakeSignal.wake(), done })
  }

  renewLeasesNow(): void {
    for (const held of this.#held.values()) held.renewLeaseNow()
  }

  async stop(sleep: (ms: number) => Promise<void>): Promise<void> {
    this.#stopping = true
    const all = () => Promise.all([...this.#held.values()].map((held) => held.done))
    await Promise.race([all(), sleep(FINISH_MS)])
    for (const held of this.#held.values()) held.stop.abort(new RunStopped('handed-back'))
    await all()
  }
}
