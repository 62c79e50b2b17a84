import { misfitInWords } from '#lib/catalogue/resolve/flow-parameters.ts'
import type { Delivered, Delivery } from '#lib/connectors/kit/connector.ts'
import type { OpenedFile, StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import type { IndexBuild, WantedBuild } from '#lib/connectors/kit/index-build.ts'
import type { Writing, Written } from '#lib/connectors/kit/write.ts'
import { endOfWork } from '#lib/domain/runs/run-outcome.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Flow, FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { EMPTY_INBOX, type FlowInbox } from '#lib/engine/inbox/flow-inbox.ts'
import { type JobElsewhere, NO_JOB } from '#lib/engine/job-elsewhere.ts'
import type { Lake } from '#lib/engine/lake/lake.ts'
import { toLedgerError } from '#lib/engine/lake/lake-error.ts'
import { NO_LAKE } from '#lib/engine/lake/no-lake.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'
import { orAborted } from '#lib/platform/when-aborted.ts'
import { batch, batchByWeight } from './batch.ts'
import { boundedMap } from './bounded-map.ts'
import type { RunLedger } from './ledger.ts'
import { Counters, Progress } from './progress.ts'
import { createQuarantine } from './quarantine.ts'
import { createRetry } from './quiet-retry.ts'
import { endedElsewhere, type RunEnd, toEnd, toReport } from './run-end.ts'
import { RunLog } from './run-log.ts'
import { currentScope, inScope } from './scope.ts'
import { RunStopped } from './stop.ts'
import { createTaskRunner } from './task.ts'

interface FlowRun<P> {
  runId: string
  attempt: number
  scheduledFor: Instant
  flow: Flow<P>
  /** Not parsed yet by the flow's own schema. */
  parameters: unknown
  timeoutMs: number
}

/** Everything outside that an attempt needs. */
export interface FlowEffects {
  clock: Clock
  random: () => number
  log: Log
  ledger: RunLedger
  openLake: (signal: AbortSignal) => Promise<Lake>
  extract: (connection: string, request: Record<string, unknown>, signal: AbortSignal) => AsyncIterable<unknown>
  deliver: (connection: string, delivery: Delivery, signal: AbortSignal) => Promise<Delivered>
  openFile: (connection: string, file: WantedFile, signal: AbortSignal) => Promise<OpenedFile>
  copyFile: (connection: string, file: StoredFile, to: string, signal: AbortSignal) => Promise<StoredFile>
  write: (connection: string, writing: Writing, signal: AbortSignal) => Promise<Written>
  buildIndex: (connection: string, wanted: WantedBuild, signal: AbortSignal) => Promise<IndexBuild>
  /** Absent: no files wait for the flow. */
  inbox?: FlowInbox
  /** Absent: its work is done here. */
  job?: (signal: AbortSignal) => JobElsewhere
  signal: AbortSignal
}

/** How long a flow may take to end after a stop. */
const SETTLE_MS = 5000
const WAITING_PER_SLOT = 4

/** Before a run has begun it tries to connect for about ten minutes. */
const CONNECTING = { retries: 13, backoffMs: 2 * SECOND_MS, backoffMaxMs: MINUTE_MS }

function throwAsLedgerError(error: unknown): never {
  throw toLedgerError(error)
}

/** Executes one attempt of a run and says how it ended; never throws. */
export async function runFlow<P>(run: FlowRun<P>, effects: FlowEffects): Promise<RunEnd> {
  const over = new AbortController()
  const limit = new AbortController()
  const signal = AbortSignal.any([effects.signal, limit.signal])
  void effects.clock.sleep(run.timeoutMs, over.signal).then(() => over.signal.aborted || limit.abort(new RunStopped('timed-out')))
  const attempt = new Attempt(run, effects, signal)
  try {
    return await attempt.execute()
  } catch (error) {
    return toEnd(signal, error)
  } finally {
    await attempt.close()
    over.abort()
  }
}

class Attempt<P> {
  readonly #run: FlowRun<P>
  readonly #effects: FlowEffects
  readonly #signal: AbortSignal
  readonly #log: RunLog
  readonly #progress: Progress
  readonly #counters: Counters
  #lake: Lake | null = null

  constructor(run: FlowRun<P>, effects: FlowEffects, signal: AbortSignal) {
    const { clock, ledger } = effects
    this.#run = run
    this.#effects = effects
    this.#signal = signal
    this.#log = new RunLog({ clock, signal, log: effects.log, write: (entries) => ledger.log(entries) })
    this.#progress = new Progress(clock, signal, (progress) => ledger.progress(progress))
    this.#counters = new Counters(clock, signal, (counters) => ledger.counters(counters))
  }

  async execute(): Promise<RunEnd> {
    const parameters = readParameters(this.#run.flow, this.#run.parameters)
    const { flow } = this.#run
    this.#lake = flow.needsNoLake === true ? NO_LAKE : await this.#connected(() => this.#effects.openLake(this.#signal))
    const stored = await this.#connected(() => this.#effects.ledger.storedResults())
    if (this.#run.attempt > 1) this.#log.add('info', `Attempt ${this.#run.attempt} goes on after ${stored.size} finished tasks.`)
    const context = this.#context(parameters, this.#lake, stored)
    const result = await this.#settled(inScope({ signal: this.#signal, slot: null }, () => flow.run(context)))
    if (result.ended !== undefined) return endedElsewhere(result, result.ended)
    const report = toReport(result)
    const state = endOfWork(report, await this.#effects.ledger.rejectedCount())
    return { state, rowsLoaded: result.rowsLoaded, report, problem: report.incomplete ?? result.remark ?? null, internalProblem: null }
  }

  /** Nothing has been done yet, so connecting may be repeated for some minutes. */
  async #connected<T>(connect: () => Promise<T>): Promise<T> {
    const { clock, random, ledger } = this.#effects
    let hasWaited = false
    const onWait = (waitMs: number, error: unknown) => {
      hasWaited = true
      const words = `${toPublicMessage(error)} The run begins when it can connect; tried again in ${formatDuration(Math.ceil(waitMs / SECOND_MS) * SECOND_MS)}.`
      this.#log.add('warn', words)
      void ledger.waiting(words).catch(() => {})
    }
    const retry = createRetry({ clock, random, signal: this.#signal })
    const connected = await retry({ ...CONNECTING, onWait }, () => orAborted(connect(), this.#signal).catch(throwAsLedgerError))
    if (hasWaited) await ledger.waiting(null).catch(() => {})
    return connected
  }

  /** Waits for a stopped flow to end, so that nothing of it overlaps what follows. */
  async #settled(work: Promise<FlowResult>): Promise<FlowResult> {
    try {
      return await orAborted(work, this.#signal)
    } catch (error) {
      const settled = work.then(
        () => {},
        () => {},
      )
      if (this.#signal.aborted) await Promise.race([settled, this.#effects.clock.sleep(SETTLE_MS)])
      throw error
    }
  }

  #context(parameters: P, lake: Lake, stored: ReadonlyMap<string, unknown>): FlowContext<P> {
    const { clock, random, ledger } = this.#effects
    const log = this.#log
    const quarantine = createQuarantine((rows) => ledger.reject(rows))
    const signalHere = () => currentScope()?.signal ?? this.#signal
    return {
      parameters,
      runId: this.#run.runId,
      attempt: this.#run.attempt,
      scheduledFor: this.#run.scheduledFor,
      now: () => clock.now(),
      signal: this.#signal,
      log: {
        info: (message, data) => log.add('info', message, data),
        warn: (message, data) => log.add('warn', message, data),
        error: (message, data) => log.add('error', message, data),
      },
      connect: (name) => ({
        extract: (request) => this.#effects.extract(name, request, signalHere()),
        deliver: (delivery) => this.#effects.deliver(name, delivery, signalHere()),
        openFile: (file) => this.#effects.openFile(name, file, signalHere()),
        copyFile: (file, to) => this.#effects.copyFile(name, file, to, signalHere()),
        write: (writing) => this.#effects.write(name, writing, signalHere()),
        buildIndex: (wanted) => this.#effects.buildIndex(name, wanted, signalHere()),
      }),
      task: createTaskRunner({ clock, random, ledger, signal: this.#signal, stored, warn: (message) => log.add('warn', message) }),
      retry: createRetry({ clock, random, signal: this.#signal }),
      map: (items, concurrency, work, options = {}) =>
        boundedMap(items, work, { waitingMax: concurrency * WAITING_PER_SLOT, ...options, concurrency, signal: signalHere() }),
      batch,
      batchByWeight,
      lake,
      inbox: this.#effects.inbox ?? EMPTY_INBOX,
      job: this.#effects.job?.(this.#signal) ?? NO_JOB,
      quarantine: (task, key, reason, row) => quarantine({ at: clock.now(), task, key, reason, row }),
      progress: (done, total) => this.#progress.report(done, total),
      count: (stage, counts) => this.#counters.count(stage, counts),
    }
  }

  async close(): Promise<void> {
    await this.#progress.flush()
    await this.#counters.flush()
    await this.#log.flush()
    await this.#lake?.close().catch((error) => this.#effects.log.warn('the lake could not be closed', { error: toInternalMessage(error) }))
  }
}

function readParameters<P>(flow: Flow<P>, input: unknown): P {
  const parsed = flow.parameters.safeParse(input)
  if (parsed.success) return parsed.data
  throw new TidemarkError('invalid', { publicMessage: misfitInWords(parsed.error) })
}
