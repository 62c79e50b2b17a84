import { runListInWords } from '#jobs/cli/run/in-words.ts'
import { getPage } from '#lib/db/settings.ts'
import { RUN_FILTER_STATES } from '#lib/domain/runs/run-filter.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { getRunList } from '#lib/queries/runs/run-list.ts'
import { withDatabase } from './databases.ts'
import { pageOf } from './page/page-client.ts'
import { runsAt, zoneOf } from './page/page-runs.ts'
import { defineVerb, readArguments } from './verb.ts'

const DEFAULT_LIMIT = 20

function readState(written: string | undefined): (typeof RUN_FILTER_STATES)[number] | null {
  const known = RUN_FILTER_STATES.find((state) => state === written)
  if (written === undefined || known !== undefined) return known ?? null
  throw new TidemarkError('invalid', { publicMessage: `There is no state "${written}". There is: ${RUN_FILTER_STATES.join(', ')}.` })
}

function readLimit(written: string | undefined): number {
  if (written === undefined) return DEFAULT_LIMIT
  if (/^[1-9]\d{0,3}$/.test(written)) return Number(written)
  throw new TidemarkError('invalid', { publicMessage: `"${written}" is not a number of runs. Write one such as 50.` })
}

export default defineVerb({
  usage: '[flow] [--state state] [--limit n]',
  summary: 'List runs: those under way, then the ended ones, newest first.',
  details: `A state is one of ${RUN_FILTER_STATES.join(', ')}. Without --limit the last ${DEFAULT_LIMIT} that have ended.`,
  async run(args, command) {
    const { values, positionals } = readArguments(args, { state: { type: 'string' }, limit: { type: 'string' } }, { least: 0, most: 1 })
    const filter = { flow: positionals[0] ?? null, system: null, state: readState(values.state), before: null }
    const limit = readLimit(values.limit)
    const page = pageOf(command)
    const { zone, list } =
      page === null
        ? await withDatabase(command, async (ctx) => ({ zone: (await getPage(ctx.pool)).zone, list: await getRunList(ctx, filter, limit) }))
        : { zone: await zoneOf(page), list: await runsAt(page, filter, limit) }
    const lines = runListInWords([...list.underWay, ...list.ended], zone, list.now)
    if (lines.length === 0) command.terminal.note('There is no such run.')
    for (const line of lines) command.terminal.print(line)
    return 0
  },
})
