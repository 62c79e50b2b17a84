import type { InboxFile, LandedCounts } from '#lib/domain/files/inbox-file.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { isStop } from '#lib/engine/run/scope.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { isSystemWide, toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import type { TakenFile, TakenFrom } from './flow-inbox.ts'

/** So many files are carried over at the same time. */
const FILES_AT_ONCE = 4
/** A run takes no more files after this long: it ends, so that what it loaded counts, and the next one goes on. */
const TAKING_MS = 10 * MINUTE_MS
const TRIES = { retries: 2, backoffMs: 2 * SECOND_MS }
/** How many wait is counted so often. */
const COUNTED_EVERY_MS = 10 * SECOND_MS
const NAME_MAX = 200
const COUNTS = ['landed', 'failed', 'gone', 'rows', 'rejected', 'changedBytes'] as const
const TOO_SLOW = 'Carrying it over took longer than its flow allows.'

/**
 * Carries over all files that wait in the inbox of a flow, each by itself: one that cannot be is noted with its reason and holds up no other. Whatever stops
 * every file, such as a lake or a store that is down, ends the run and counts as nobody's try. A dry run takes none.
 */
export async function drainInbox(ctx: FlowContext<unknown>, land: (file: InboxFile) => Promise<LandedCounts>): Promise<FlowResult> {
  if (isDryRun(ctx.parameters)) return onlyCounted(await ctx.inbox.countWaiting())
  return new Drain(ctx, land).result()
}

function isDryRun(parameters: unknown): boolean {
  return typeof parameters === 'object' && parameters !== null && 'dryRun' in parameters && parameters.dryRun === true
}

function onlyCounted(waiting: number): FlowResult {
  return { rowsLoaded: 0, rowsSeen: 0, moves: 'nothing', summary: { 'files waiting': waiting, 'dry run': 'nothing was changed' } }
}

/** Which files are carried over, and when no more of them are begun. */
interface Which {
  only?: TakenFrom
  until: Instant
}

class Drain {
  readonly #ctx: FlowContext<unknown>
  readonly #land: (file: InboxFile) => Promise<LandedCounts>
  readonly #until: Instant
  readonly #held = new Map<string, TakenFile>()
  readonly #begun = new Set<string>()
  readonly #counts: Record<(typeof COUNTS)[number], number> = { landed: 0, failed: 0, gone: 0, rows: 0, rejected: 0, changedBytes: 0 }
  /** Tried in this run, and to be tried again. */
  readonly #waiting = new Set<string>()
  /** Every other file would meet it, too. */
  #failure: { error: unknown } | null = null
  #lastReason = ''

  constructor(ctx: FlowContext<unknown>, land: (file: InboxFile) => Promise<LandedCounts>) {
    this.#ctx = ctx
    this.#land = land
    this.#until = ctx.now() + TAKING_MS
  }

  async result(): Promise<FlowResult> {
    try {
      let countAt = this.#ctx.now()
      for await (const _ of this.#carried()) {
        if (this.#ctx.now() >= countAt) {
          countAt = this.#ctx.now() + COUNTED_EVERY_MS
          this.#ctx.progress(this.#done, this.#done + this.#held.size + (await this.#ctx.inbox.countWaiting()))
        }
        this.#tell()
      }
      this.#ctx.progress(this.#done, this.#done)
    } finally {
      await this.#letGo().catch((error) => {
        this.#ctx.log.warn('Files could not be given back; the next run takes them.', { error: toInternalMessage(error) })
      })
    }
    if (this.#failure !== null && this.#counts.landed === 0) throw this.#failure.error
    return this.#toResult()
  }

  /** Gives back what is still held; a file that was under way until the time of its run was over has had its try. */
  async #letGo(): Promise<void> {
    const { inbox, signal } = this.#ctx
    const held = [...this.#held.values()]
    const isOver = signal.reason instanceof RunStopped && signal.reason.reason === 'timed-out'
    const tried = isOver ? held.filter(({ id }) => this.#begun.has(id)) : []
    for (const file of tried) await inbox.settle(file, { kind: 'not-landed', reason: TOO_SLOW, isFinal: false, isGone: false })
    await inbox.giveBack(held.filter((file) => !tried.includes(file)))
  }

  get #done(): number {
    const { landed, failed, gone } = this.#counts
    return landed + failed + gone + this.#waiting.size
  }

  /** Takes over what became of files in the attempts before: complete once none is left over, which an attempt that was not lost after all could still end. */
  async #addEarlier(): Promise<void> {
    const { waiting, lastReason, ...counts } = await this.#ctx.inbox.earlier()
    for (const key of COUNTS) this.#counts[key] += counts[key]
    for (const id of waiting) this.#waiting.add(id)
    this.#lastReason ||= lastReason
  }

  /** Each time that a file has been carried over, or not. */
  async *#carried(): AsyncGenerator<unknown> {
    if (this.#ctx.attempt > 1) {
      // One of those that a lost worker had in hand may have brought it down: each of them goes alone, and those that wait are not held up by it.
      yield* this.#each(FILES_AT_ONCE, { only: 'waiting', until: this.#until - TAKING_MS / 2 })
      yield* this.#each(1, { only: 'left over', until: Infinity })
      await this.#addEarlier()
    }
    yield* this.#each(FILES_AT_ONCE, { until: this.#until })
  }

  #each(atOnce: number, which: Which): AsyncIterable<unknown> {
    return this.#ctx.map(this.#files(atOnce, which), atOnce, (file) => this.#carryOver(file))
  }

  async *#files(most: number, { only, until }: Which): AsyncGenerator<TakenFile> {
    while (this.#failure === null && this.#ctx.now() < until) {
      const files = await this.#ctx.inbox.take(most, only)
      if (files.length === 0) return
      for (const file of files) this.#held.set(file.id, file)
      for (const file of files) if (this.#failure === null) yield file
    }
  }

  async #carryOver(taken: TakenFile): Promise<void> {
    const { inbox } = this.#ctx
    this.#begun.add(taken.id)
    try {
      const counts = await this.#ctx.retry(TRIES, () => this.#land(taken.file))
      const state = await inbox.settle(taken, { kind: 'landed', counts })
      if (state !== undefined) this.#count(taken, counts)
    } catch (error) {
      if (isStop(this.#ctx, error)) throw error
      if (isSystemWide(error)) {
        this.#failure ??= { error }
        return
      }
      await this.#noteFailure(taken, error)
    }
    this.#held.delete(taken.id)
  }

  #count({ id }: TakenFile, { rows, rejected, changedBytes }: LandedCounts): void {
    this.#waiting.delete(id)
    this.#counts.landed += 1
    this.#counts.rows += rows
    this.#counts.rejected += rejected
    this.#counts.changedBytes += changedBytes
  }

  async #noteFailure(taken: TakenFile, error: unknown): Promise<void> {
    const reason = toPublicMessage(error)
    const state = await this.#ctx.inbox.settle(taken, { kind: 'not-landed', reason, isFinal: isFinal(error), isGone: isGone(error) })
    const name = taken.file.key.slice(0, NAME_MAX)
    this.#waiting.delete(taken.id)
    if (state === 'gone') {
      this.#counts.gone += 1
      return this.#ctx.log.info(`${name} was replaced or removed before it was read.`)
    }
    if (state === 'failed') this.#counts.failed += 1
    else this.#waiting.add(taken.id)
    this.#lastReason = `${name}: ${reason}`
    this.#ctx.log.warn(`${name} could not be carried over${state === 'failed' ? ' and has failed' : '; it is tried again'}: ${reason}`, {
      error: toInternalMessage(error),
    })
  }

  #tell(): void {
    const { landed, failed, gone } = this.#counts
    const waiting = this.#waiting.size
    this.#ctx.count('files', {
      landed,
      ...(waiting > 0 && { 'to be tried again': waiting }),
      ...(failed > 0 && { failed }),
      ...(gone > 0 && { gone }),
    })
  }

  #toResult(): FlowResult {
    const { landed, failed, gone, rows, rejected, changedBytes } = this.#counts
    const notLanded = this.#waiting.size + failed
    const incomplete = this.#failure === null ? this.#inWords(notLanded, landed) : toPublicMessage(this.#failure.error)
    return {
      rowsLoaded: rows,
      rowsSeen: rows + rejected,
      summary: {
        files: landed,
        ...(notLanded > 0 && { 'files not carried over': notLanded }),
        ...(gone > 0 && { 'files gone': gone }),
        rows,
        ...(rejected > 0 && { 'put aside': rejected }),
        ...(changedBytes > 0 && { 'bytes changed': changedBytes }),
      },
      ...(incomplete !== null && { incomplete }),
      // Nothing that came proves nothing of what should have come.
      ...(landed === 0 && { moves: 'nothing' as const }),
    }
  }

  #inWords(notLanded: number, landed: number): string | null {
    if (notLanded === 0) return null
    return `${notLanded} of ${notLanded + landed} files could not be carried over. The last one, ${this.#lastReason}`
  }
}

/** Whether a file would be refused again as it is: by what stands in it, not by who let us read it. */
function isFinal(error: unknown): boolean {
  if (!isTidemarkError(error) || error.retryable || error.status !== undefined || error.lasting !== undefined) return false
  return error.code === 'invalid' || error.code === 'refused'
}

/** Whether its store says that it does not have the file, rather than that nobody gets it now. */
function isGone(error: unknown): boolean {
  return isTidemarkError(error) && error.code === 'not-found' && error.lasting === 'gone'
}
