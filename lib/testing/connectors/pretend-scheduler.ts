import { z } from 'zod'
import type { Connector, Session, WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { CancelledJobRun, UnwantedJobRun } from '#lib/connectors/kit/starting/cancelling.ts'
import { requireListed } from '#lib/connectors/kit/starting/require-listed.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { testConnectorOf } from './test-connector.ts'

/** A run as the scheduler itself keeps it, by its own clock. */
export interface ScheduledRun {
  number: number
  jobName: string
  status: 'queued' | 'running' | 'success' | 'partial' | 'error' | 'cancelled'
  tries: number
  /** null: somebody pressed a button. */
  dueAt: Instant | null
  beganAt: Instant | null
  finishedAt: Instant | null
  message: string | null
  rowsAffected: number | null
  touched?: string[]
  /** The key of the wish that it was started by. */
  wish?: string
  madeAt: Instant
}

const STATES: Record<ScheduledRun['status'], RunState> = {
  queued: 'scheduled',
  running: 'running',
  success: 'completed',
  partial: 'partial',
  error: 'failed',
  cancelled: 'cancelled',
}

/**
 * A scheduler of jobs with an interface of pages, newest run first: its clock may be off, it counts requests and asks to come back later when there are too
 * many, a run may be begun again under its number, and old ones may be deleted.
 */
export class PretendScheduler {
  readonly runs: ScheduledRun[] = []
  /** How far its clock runs ahead of ours. */
  aheadMs = 0
  pageSize = 3
  /** Requests it answers before it asks to come back later; null: all. */
  patience: number | null = null
  requests = 0
  asked: Instant[] = []
  /** What the next starts throw, one after the other: before they have started anything, or after. */
  startFaults: { error: TidemarkError; hasStarted: boolean }[] = []
  /** What somebody else does while a start is asked for. */
  meanwhile: () => Promise<unknown> = async () => {}
  /** Its lists lack what was begun less than that ago. */
  listsAfterMs = 0
  /** What the next cancellations throw, one after the other. */
  cancelFaults: TidemarkError[] = []
  /** The numbers of the runs that it was told to cancel. */
  cancelled: number[] = []
  /** What it was told to run with, one after the other. */
  told: Record<string, unknown>[] = []
  /** The keys of all wishes, each as often as it was asked for. */
  wishes: string[] = []
  readonly #now: () => Instant

  constructor(now: () => Instant) {
    this.#now = now
  }

  get now(): Instant {
    return this.#now() + this.aheadMs
  }

  /** Queues a run of a job; its schedule does so for an instant, a person for none. */
  queue(jobName: string, dueAt: Instant | null = null): ScheduledRun {
    const run: ScheduledRun = {
      ...{ number: this.runs.length + 1, jobName, status: 'queued', tries: 1 },
      ...{ dueAt, beganAt: null, finishedAt: null, message: null, rowsAffected: null, madeAt: this.now },
    }
    this.runs.push(run)
    return run
  }

  /** Starts a run of a job, or gives the one that was started by that wish, or one that goes on and began no earlier. */
  async start(
    jobName: string,
    wanted: Pick<WantedJobRun, 'key' | 'since' | 'triedAt' | 'noteTry'> & { parameters?: Record<string, unknown> },
  ): Promise<ScheduledRun> {
    const { key, since, parameters = {} } = wanted
    this.wishes.push(key)
    const fault = this.startFaults.shift()
    if (fault?.hasStarted === false) throw fault.error
    const takesUp = Object.keys(parameters).length === 0
    const goesOn = ({ jobName: name, finishedAt, beganAt }: ScheduledRun) =>
      takesUp && name === jobName && finishedAt === null && (since === null || beganAt === null || beganAt >= since)
    const known = this.#listed().find(({ wish }) => wish === key) ?? this.#listed().find(goesOn)
    if (known === undefined) {
      requireListed('The scheduler', jobName, wanted, this.#now())
      await wanted.noteTry(true)
    }
    if (known === undefined) this.told.push(parameters)
    const run = known ?? Object.assign(this.queue(jobName), { wish: key })
    if (fault !== undefined) throw fault.error
    return run
  }

  /** Cancels the run of that number, or the one that was started by that wish. */
  cancel({ externalId, key }: UnwantedJobRun): CancelledJobRun {
    const fault = this.cancelFaults.shift()
    if (fault !== undefined) throw fault
    const run = this.#listed().find(({ number, wish }) => (externalId === null ? wish === key : String(number) === externalId))
    if (run === undefined) return { answer: 'none', externalId: null }
    const found = { externalId: String(run.number) }
    if (run.finishedAt !== null) return { answer: 'over', ...found }
    this.cancelled.push(run.number)
    this.finish(run, 'cancelled')
    return { answer: 'told', ...found }
  }

  #listed(): ScheduledRun[] {
    return this.runs.filter(({ madeAt }) => madeAt + this.listsAfterMs <= this.now)
  }

  begin(run: ScheduledRun): ScheduledRun {
    return Object.assign(run, { status: 'running', beganAt: this.now })
  }

  finish(run: ScheduledRun, status: ScheduledRun['status'] = 'success', own: Partial<ScheduledRun> = {}): ScheduledRun {
    return Object.assign(run, { status, finishedAt: this.now, ...own })
  }

  /** Begins an ended run anew, under the same number. */
  retry(run: ScheduledRun): ScheduledRun {
    return Object.assign(run, { status: 'running', tries: run.tries + 1, beganAt: this.now, finishedAt: null, message: null })
  }

  delete(run: ScheduledRun): void {
    this.runs.splice(this.runs.indexOf(run), 1)
  }

  /** One page: those that go on or moved since, newest first, after the run of that number. */
  list(since: Instant, before: number | null): { runs: ScheduledRun[]; next: number | null } {
    this.requests += 1
    if (this.patience !== null && this.requests > this.patience)
      throw new TidemarkError('unavailable', {
        publicMessage: 'The scheduler asks us to come back later (HTTP 429).',
        ...{ status: 429, retryable: true, systemWide: true, retryAfterMs: 30_000 },
      })
    const moved = this.#listed().filter(
      ({ finishedAt, number }) => (finishedAt === null || finishedAt >= since) && (before === null || number < before),
    )
    const page = moved.toSorted((a, b) => b.number - a.number).slice(0, this.pageSize)
    return { runs: structuredClone(page), next: page.length < moved.length ? (page.at(-1)?.number ?? null) : null }
  }
}

function toExternal(run: ScheduledRun): ExternalRun {
  return {
    job: run.jobName,
    externalId: String(run.number),
    attempt: run.tries,
    state: STATES[run.status],
    scheduledAt: run.dueAt,
    startedAt: run.beganAt,
    endedAt: run.finishedAt,
    error: run.message,
    rows: run.rowsAffected,
    url: `https://scheduler.example/runs/${run.number}`,
    ...(run.touched !== undefined && { writes: run.touched }),
  }
}

/** The connector that speaks to it, as one in `lib/connectors` would. */
export function schedulerConnector(
  scheduler: PretendScheduler,
  observe?: Session['observe'],
  { cancels = true }: { cancels?: boolean } = {},
): Map<string, Connector> {
  const connector = testConnectorOf(z.object({ token: z.string() }), () => ({
    ...(observe && { observe }),
    async start(job: string, wanted: WantedJobRun) {
      await scheduler.meanwhile()
      // What it touched is told by its list alone.
      const { touched: _, ...run } = await scheduler.start(job, wanted)
      return toExternal(run)
    },
    ...(cancels && { cancel: async (_job: string, unwanted: UnwantedJobRun) => scheduler.cancel(unwanted) }),
    async *runs(since: Instant) {
      scheduler.asked.push(since)
      for (let next: number | null = null; ; ) {
        const page = scheduler.list(since, next)
        for (const run of page.runs) yield toExternal(run)
        next = page.next
        if (next === null) return
      }
    },
  }))
  return new Map([['test', connector]])
}
