import type { Context } from '#lib/db/context.ts'
import { type GateCondition, gateConditionText, readGateCondition } from '#lib/domain/freshness/gate.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { createWakeSignal } from '#lib/platform/wake-signal.ts'
import { type FeedGate, gateSchema, getFeedGate } from '#lib/queries/api/feed-gate.ts'
import { watchChanges } from '#lib/queries/changes/watch-changes.ts'
import { withDatabase } from './databases.ts'
import { askPage, type Page, pageOf } from './page/page-client.ts'
import { type CommandLine, defineVerb, readArguments } from './verb.ts'

const EXIT = { open: 0, failed: 1, usage: 2, timedOut: 3 } as const
const ASK_SECONDS = 50
const TRY_AGAIN_MS = 10 * SECOND_MS

interface Wait {
  feed: string
  condition: GateCondition
  /** Null: as long as it takes. */
  until: Instant | null
}

type Told = Pick<FeedGate, 'isOpen' | 'isHopeless' | 'reason'>

function readWait(args: readonly string[], { clock }: CommandLine): Wait {
  const { values, positionals } = readArguments(args, { until: { type: 'string' }, timeout: { type: 'string' } }, { least: 1, most: 1 })
  const condition = readGateCondition(values.until ?? 'fresh')
  if (condition === null)
    throw new TidemarkError('invalid', {
      publicMessage: `"${values.until}" is nothing to wait for. Write fresh, or loaded-after=2026-11-29T04:00:00Z.`,
    })
  const timeoutMs = values.timeout === undefined ? null : parseDuration(values.timeout)
  if (values.timeout !== undefined && timeoutMs === null)
    throw new TidemarkError('invalid', { publicMessage: `"${values.timeout}" is not a duration. Write one such as 45m, 2h or 1d.` })
  return { feed: positionals[0] ?? '', condition, until: timeoutMs === null ? null : clock.now() + timeoutMs }
}

/** Says each new reason once. */
class Teller {
  readonly #command: CommandLine
  #said = ''

  constructor(command: CommandLine) {
    this.#command = command
  }

  waits(reason: string): void {
    if (reason !== this.#said) this.#command.terminal.note(`${reason} Waiting.`)
    this.#said = reason
  }

  end({ isOpen, reason }: Told, wait: Wait): number {
    if (isOpen) {
      this.#command.terminal.print(reason)
      return EXIT.open
    }
    const stopped = this.#command.signal.aborted ? 'Stopped waiting' : 'Waited long enough'
    this.#command.terminal.note(`${stopped} for ${wait.feed} (${gateConditionText(wait.condition)}): ${reason}`)
    return this.#command.signal.aborted ? EXIT.failed : EXIT.timedOut
  }
}

function requireHope({ isHopeless, reason }: Told): void {
  if (isHopeless) throw new TidemarkError('conflict', { publicMessage: reason })
}

function isOver({ clock, signal }: CommandLine, { until }: Wait): boolean {
  return signal.aborted || (until !== null && clock.now() >= until)
}

async function waitHere(ctx: Context, wait: Wait, command: CommandLine): Promise<number> {
  const teller = new Teller(command)
  const done = new AbortController()
  const signal = AbortSignal.any([command.signal, done.signal])
  const moved = createWakeSignal(command.clock)
  const watching = watchChanges(ctx, signal, async () => moved.wake())
  try {
    for (;;) {
      const found = await getFeedGate(ctx, wait.feed, wait.condition)
      if (found === null) throw new TidemarkError('not-found', { publicMessage: `There is no feed "${wait.feed}".` })
      requireHope(found)
      if (found.isOpen || isOver(command, wait)) return teller.end(found, wait)
      teller.waits(found.reason)
      await moved.wait(Math.min(wait.until === null ? Number.POSITIVE_INFINITY : wait.until - command.clock.now(), MINUTE_MS), signal)
    }
  } finally {
    done.abort()
    await watching
  }
}

async function waitAt(page: Page, wait: Wait): Promise<number> {
  const { command } = page
  const teller = new Teller(command)
  for (;;) {
    const told = await askGate(page, wait)
    if (told.isOpen || isOver(command, wait)) return teller.end(told, wait)
    teller.waits(told.reason)
    const leftMs = wait.until === null ? TRY_AGAIN_MS : wait.until - command.clock.now()
    if (!told.hasAnswered) await command.clock.sleep(Math.min(TRY_AGAIN_MS, leftMs), command.signal)
  }
}

/** What the page says of the gate when it opens or its patience ends; that it cannot be reached is waited out like a closed gate. */
async function askGate(page: Page, { feed, condition, until }: Wait): Promise<Told & { hasAnswered: boolean }> {
  const leftSeconds = until === null ? ASK_SECONDS : Math.ceil((until - page.command.clock.now()) / SECOND_MS)
  const wait = String(Math.min(ASK_SECONDS, Math.max(0, leftSeconds)))
  const question = new URLSearchParams({ until: gateConditionText(condition), wait })
  try {
    const { open, reason } = await askPage(page, `/feeds/${encodeURIComponent(feed)}/gate?${question}`, gateSchema)
    return { isOpen: open, isHopeless: false, reason, hasAnswered: true }
  } catch (error) {
    if (!page.command.signal.aborted && !(isTidemarkError(error) && error.retryable)) throw error
    return { isOpen: false, isHopeless: false, reason: toPublicMessage(error), hasAnswered: false }
  }
}

export default defineVerb({
  usage: '<feed> [--until fresh|loaded-after=instant] [--timeout duration]',
  summary: 'Wait until a feed is fresh, or was loaded after an instant.',
  details: [
    'For pipelines: goes on as soon as the data is there. Without --timeout it waits as long as it takes.',
    'With TIDEMARK_URL and TIDEMARK_TOKEN it asks the page, from any machine.',
    'Exit code 0 it is so, 3 not in time, 2 these words do not fit, 1 anything else.',
  ].join('\n'),
  async run(args, command) {
    let wait: Wait
    try {
      wait = readWait(args, command)
    } catch (error) {
      command.terminal.note(toPublicMessage(error))
      return EXIT.usage
    }
    const page = pageOf(command)
    return page === null ? withDatabase(command, (ctx) => waitHere(ctx, wait, command)) : waitAt(page, wait)
  },
})
