import { loadFlows } from '#jobs/load-extensions.ts'
import { requestRun } from '#lib/commands/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { formatDuration } from '#lib/domain/duration.ts'
import { isEnded } from '#lib/domain/run.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { requireExtension } from '#lib/platform/load-folder.ts'
import { getRunView, type RunView } from '#lib/queries/run-page.ts'
import { personName, withDatabase } from './databases.ts'
import { readRunParameters } from './run-parameters.ts'
import { type CommandLine, defineVerb, readArguments } from './verb.ts'

const LOOK_EVERY_MS = 500
/** What a run that was not wholly good ends with; `partial` is not success. */
const EXIT_CODES: Partial<Record<RunView['state'], number>> = { completed: 0, partial: 2 }

function progress(run: RunView): string {
  if (run.progressDone === null) return ''
  const { progressDone: done, progressTotal: total } = run
  return total === null || total === 0 ? `, ${done} done` : `, ${done} of ${total} (${Math.floor((100 * done) / total)} %)`
}

/** One line on where a run is; the same as long as nothing worth telling has changed. */
export function runInWords(run: RunView): string {
  const attempt = run.attempt > 1 ? ` (attempt ${run.attempt})` : ''
  if (isEnded(run.state)) {
    const took = run.startedAt === null || run.endedAt === null ? '' : ` after ${formatDuration(run.endedAt - run.startedAt)}`
    const rejected = run.rowsRejected > 0 ? `, ${run.rowsRejected} put aside` : ''
    return `${run.flow}: ${run.state}${attempt}${took}, ${run.rowsLoaded} rows${rejected}.${run.problem === null ? '' : ` ${run.problem}`}`
  }
  const step = run.tasks.findLast((task) => task.state === 'running' && task.attempt === run.attempt)
  const waiting =
    run.waitingFor === null
      ? run.state === 'overdue'
        ? ', no worker has taken it yet: is one running?'
        : ''
      : `, waiting: ${run.waitingFor}`
  return `${run.flow}: ${run.cancelAt === null ? run.state : 'cancelling'}${attempt}${step === undefined ? '' : `, ${step.name}`}${progress(run)}${waiting}`
}

async function follow(ctx: Context, runId: string, { terminal, clock, signal }: CommandLine): Promise<number> {
  let told = ''
  while (!signal.aborted) {
    const run = await getRunView(ctx, runId)
    if (run === null) throw new TidemarkError('not-found', { publicMessage: 'The run is gone.' })
    const words = runInWords(run)
    if (words !== told) terminal.note(words)
    told = words
    if (isEnded(run.state)) {
      for (const [name, value] of Object.entries(run.summary ?? {})) terminal.print(`${name}: ${value}`)
      return EXIT_CODES[run.state] ?? 1
    }
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
  terminal.note(`The run goes on without us: ${runId}.`)
  return 1
}

export default defineVerb({
  usage: '<flow> [--param name=value …] [--wait]',
  summary: 'Run a flow of the catalogue now.',
  details:
    'A value is text, JSON or a list with commas; a name given twice is a list. A worker must be running.\n--wait tells how far it is until it ends: exit code 0 completed, 2 partial, 1 anything else.',
  async run(args, command) {
    const { values, positionals } = readArguments(
      args,
      { param: { type: 'string', multiple: true }, wait: { type: 'boolean' } },
      { least: 1, most: 1 },
    )
    const name = positionals[0] ?? ''
    const flow = requireExtension(await loadFlows(), name, 'flow')
    const parameters = readRunParameters(values.param ?? [], flow.parameters)
    return withDatabase(command, async (ctx) => {
      const { runId } = await requestRun(ctx, { flow: name, parameters, requestedBy: personName() })
      if (values.wait === true) return follow(ctx, runId, command)
      command.terminal.print(runId)
      command.terminal.note(`A run of ${name} has been asked for.`)
      return 0
    })
  },
})
