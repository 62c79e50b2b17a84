import { loadFlows } from '#jobs/worker/load-extensions.ts'
import { declaredFlowParameters } from '#lib/catalogue/schema/declared-flow.ts'
import { type RequestedRun, requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { findRun, findRunToReplay } from '#lib/queries/runs/find-run.ts'
import { getFlowParameters } from '#lib/queries/runs/flow-parameters.ts'
import { withDatabase } from './databases.ts'
import { pageOf } from './page/page-client.ts'
import { runAt } from './page/page-runs.ts'
import { followRun } from './run/follow.ts'
import { askedInWords } from './run/in-words.ts'
import { readRunParameters } from './run/run-parameters.ts'
import { defineVerb, readArguments } from './verb.ts'

const OPTIONS = {
  param: { type: 'string', multiple: true },
  wait: { type: 'boolean' },
  'no-wait': { type: 'boolean' },
  replay: { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const

/** An id, or `last`: the newest run with rejected rows. */
async function runToReplay(ctx: Context, flow: string, written: string): Promise<string> {
  const found = written === 'last' ? await findRunToReplay(ctx, flow) : await findRun(ctx, written)
  if (found !== null && found.flow === flow) return found.id
  const publicMessage =
    written === 'last' ? `No run of ${flow} has put rows aside that are still to be replayed.` : `There is no run "${written}" of ${flow}.`
  throw new TidemarkError('not-found', { publicMessage })
}

async function requireParameters(ctx: Context, flow: string, words: Record<string, string>): Promise<void> {
  const known = await getFlowParameters(ctx, flow)
  for (const [name, word] of Object.entries(words))
    if (known !== null && !known.includes(name))
      throw new TidemarkError('invalid', { publicMessage: `The flow ${flow} does not know ${word}: it takes no parameter ${name}.` })
}

/** Asks for the run; a refusal because of another run names it, as a command line has no links. */
async function ask(ctx: Context, flow: string, parameters: Record<string, unknown>): Promise<RequestedRun> {
  try {
    return await requestRun(ctx, { flow, parameters })
  } catch (error) {
    if (!isTidemarkError(error) || error.runId === undefined) throw error
    throw new TidemarkError(error.code, { publicMessage: `${error.publicMessage} It is ${error.runId}.`, cause: error })
  }
}

export default defineVerb({
  usage: '<flow> [--param name=value …] [--replay <run>|last] [--dry-run] [--wait|--no-wait]',
  summary: 'Run a flow of the catalogue now.',
  details: [
    'A value is text, JSON or a list with commas; a name given twice is a list. A worker must be running.',
    '--replay does again what a run (or the last one that did) put aside; --dry-run only says what would change.',
    'On a terminal it shows how the run goes until it ends, elsewhere with --wait; --no-wait only asks for it.',
    'Exit code 0 completed, 2 partial, 1 anything else. Ctrl-C asks whether to cancel the run or to leave it.',
  ].join('\n'),
  async run(args, command) {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 1, most: 1 })
    const name = positionals[0] ?? ''
    const flow = (await loadFlows()).get(name)
    // What a flow without code takes the catalogue in force says: who asks for the run hears of it.
    const parameters = readRunParameters(values.param ?? [], flow?.parameters ?? declaredFlowParameters.loose())
    const isWatched = values['no-wait'] !== true && (values.wait === true || command.terminal.live !== undefined)
    const page = pageOf(command)
    if (page !== null) {
      if (values.replay === 'last')
        throw new TidemarkError('invalid', { publicMessage: 'Name the run to replay: the page is not asked which was the last.' })
      const asked = {
        ...parameters,
        ...(values.replay !== undefined && { replay: values.replay }),
        ...(values['dry-run'] === true && { dryRun: true }),
      }
      return runAt(page, name, asked, isWatched)
    }
    return withDatabase(command, async (ctx) => {
      if (values.replay !== undefined) {
        await requireParameters(ctx, name, { replay: '--replay' })
        parameters['replay'] = await runToReplay(ctx, name, values.replay)
      }
      if (values['dry-run'] === true) {
        await requireParameters(ctx, name, { dryRun: '--dry-run' })
        parameters['dryRun'] = true
      }
      const requested = await ask(ctx, name, parameters)
      if (isWatched) return followRun(ctx, requested.runId, command)
      command.terminal.print(requested.runId)
      command.terminal.note(askedInWords(name, requested))
      return 0
    })
  },
})
