import { cancelRun } from '#lib/commands/runs/cancel-run.ts'
import type { Context } from '#lib/db/context.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type FoundRun, findRun, listRunsUnderWay } from '#lib/queries/runs/find-run.ts'
import { withDatabase } from './databases.ts'
import { pageOf } from './page/page-client.ts'
import { cancelAt } from './page/page-runs.ts'
import { followRun } from './run/follow.ts'
import { defineVerb, readArguments } from './verb.ts'

async function requireRun(ctx: Context, words: string): Promise<FoundRun> {
  const named = await findRun(ctx, words)
  if (named !== null) return named
  const [first, second, ...more] = await listRunsUnderWay(ctx, words)
  if (first === undefined)
    throw new TidemarkError('not-found', { publicMessage: `Nothing is under way that is called "${words}": no run, no flow.` })
  if (second === undefined) return first
  const choices = [first, second, ...more].map((run) => `${run.id} (${run.state})`).join(', ')
  throw new TidemarkError('invalid', { publicMessage: `${words} has several runs. Name one: ${choices}.` })
}

export default defineVerb({
  usage: '<run|flow> [--wait]',
  summary: 'Cancel a run, by its id or by its flow.',
  details: 'A run that has begun stops where nothing is left half done; --wait tells until it has.',
  async run(args, command) {
    const { values, positionals } = readArguments(args, { wait: { type: 'boolean' } }, { least: 1, most: 1 })
    const page = pageOf(command)
    if (page !== null) return cancelAt(page, positionals[0] ?? '', values.wait === true)
    return withDatabase(command, async (ctx) => {
      const run = await requireRun(ctx, positionals[0] ?? '')
      const state = await cancelRun(ctx, { runId: run.id })
      command.terminal.print(
        state === 'cancelled' ? `The run of ${run.flow} is cancelled.` : `The run of ${run.flow} is being cancelled: ${run.id}.`,
      )
      if (values.wait === true && state === 'cancelling') await followRun(ctx, run.id, command)
      return 0
    })
  },
})
