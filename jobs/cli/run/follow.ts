import type { CommandLine } from '#jobs/cli/verb.ts'
import { cancelRun } from '#lib/commands/runs/cancel-run.ts'
import type { Context } from '#lib/db/context.ts'
import { getPage } from '#lib/db/settings.ts'
import { isEnded } from '#lib/domain/runs/run.ts'
import { type ProgressMark, withMark } from '#lib/domain/runs/throughput.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { getRunLog, WHOLE_LOG } from '#lib/queries/runs/run-log.ts'
import type { LogLine } from '#lib/queries/runs/run-rows.ts'
import { getRunView, type RunView } from '#lib/queries/runs/run-view.ts'
import { goesOnInWords, logLineInWords, runInWords } from './in-words.ts'
import { liveLines } from './live-lines.ts'

const LOOK_EVERY_MS = 500
/** Without a live display, how often progress alone is worth a line. */
const TELL_EVERY_MS = 10 * SECOND_MS
const LOG_KEPT = 100
const EXIT_CODES: Partial<Record<RunView['state'], number>> = { completed: 0, partial: 2 }
const QUESTION = 'Cancel the run? Type c to cancel it, Enter to leave it running: '

/** Shows a run until it ends: in place on a terminal, line by line elsewhere. Resolves to the exit code: 0 completed, 2 partial, 1
 * anything else. */
export async function followRun(ctx: Context, runId: string, command: CommandLine): Promise<number> {
  const { zone } = await getPage(ctx.pool)
  const watch = new RunWatch(ctx, runId, command, zone)
  let mayAsk = true
  for (;;) {
    const run = await watch.read()
    if (isEnded(run.state)) return tellEnd(run, command)
    if (mayAsk && command.signal.aborted) {
      mayAsk = false
      if (await isToBeCancelled(command)) await cancel(ctx, runId, command)
      else return leave(await watch.read(), command)
    }
    await command.clock.sleep(LOOK_EVERY_MS, mayAsk ? command.signal : undefined)
  }
}

class RunWatch {
  readonly #ctx: Context
  readonly #runId: string
  readonly #command: CommandLine
  readonly #zone: string
  #marks: ProgressMark[] = []
  #log: LogLine[] = []
  #told = { words: '', at: Number.NEGATIVE_INFINITY, state: '' }

  constructor(ctx: Context, runId: string, command: CommandLine, zone: string) {
    this.#ctx = ctx
    this.#runId = runId
    this.#command = command
    this.#zone = zone
  }

  async read(): Promise<RunView> {
    const run = await getRunView(this.#ctx, this.#runId)
    if (run === null) throw new TidemarkError('not-found', { publicMessage: 'The run is gone.' })
    const { lines } = await getRunLog(this.#ctx, this.#runId, { ...WHOLE_LOG, after: this.#log.at(-1)?.id ?? 0 })
    this.#log = [...this.#log, ...lines].slice(-LOG_KEPT)
    if (run.progressDone !== null) this.#marks = withMark(this.#marks, { at: run.now, done: run.progressDone })
    const { live } = this.#command.terminal
    if (live) live.draw(liveLines({ run, marks: this.#marks, log: this.#log, zone: this.#zone }, live.size()))
    else this.#tell(run, lines)
    return run
  }

  /** Prints log lines as they come; progress only every ten seconds, or with another change. */
  #tell(run: RunView, lines: readonly LogLine[]): void {
    for (const line of lines) this.#command.terminal.note(logLineInWords(line, this.#zone))
    const words = runInWords(run)
    const state = runInWords({ ...run, progressDone: null })
    const isDue = state !== this.#told.state || run.now - this.#told.at >= TELL_EVERY_MS
    if (words === this.#told.words || !isDue) return
    this.#command.terminal.note(words)
    this.#told = { words, state, at: run.now }
  }
}

function tellEnd(run: RunView, { terminal }: CommandLine): number {
  terminal.live?.leave()
  for (const [name, value] of Object.entries(run.summary ?? {})) terminal.print(`${name}: ${value}`)
  return exitCodeOf(run.state)
}

/** What the command line ends with after a run that ended so. */
export function exitCodeOf(state: RunView['state']): number {
  return EXIT_CODES[state] ?? 1
}

async function isToBeCancelled({ terminal }: CommandLine): Promise<boolean> {
  terminal.live?.leave()
  return /^\s*c/i.test((await terminal.ask(QUESTION)) ?? '')
}

/** The run may have ended while the question was open. */
function leave(run: RunView, command: CommandLine): number {
  if (isEnded(run.state)) return tellEnd(run, command)
  command.terminal.live?.leave()
  command.terminal.note(goesOnInWords(run.id))
  return 1
}

/** Ignores a run that has ended meanwhile: the next reading shows it. */
async function cancel(ctx: Context, runId: string, { terminal }: CommandLine): Promise<void> {
  try {
    await cancelRun(ctx, { runId })
    terminal.note('It stops where nothing is left half done. Ctrl-C again leaves without waiting for that.')
  } catch (error) {
    if (!isTidemarkError(error) || error.code !== 'conflict') throw error
  }
}
