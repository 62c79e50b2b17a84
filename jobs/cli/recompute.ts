import { recompute } from '#lib/commands/status/recompute.ts'
import type { Context } from '#lib/db/context.ts'
import { getPage } from '#lib/db/settings.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { isValidDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { withDatabase } from './databases.ts'
import { defineVerb, readArguments } from './verb.ts'

function requireDay(written: string | undefined): string | null {
  if (written === undefined || isValidDay(written)) return written ?? null
  throw new TidemarkError('invalid', { publicMessage: `"${written}" is not a day. Write one such as 2026-11-20.` })
}

async function beginningOf(ctx: Context, day: string | null): Promise<Instant | null> {
  return day === null ? null : startOfDay(day, (await getPage(ctx.pool)).zone)
}

export default defineVerb({
  usage: '[--with-current-policy [--from day]]',
  summary: 'Work every status of the past out anew from what is known.',
  details:
    'Each stretch is judged by the catalogue in force then. --with-current-policy judges it by the promises of today instead,\nfrom a day on (of the page) when --from names one. What was announced is not announced again.',
  async run(args, command) {
    const { values } = readArguments(args, { 'with-current-policy': { type: 'boolean' }, from: { type: 'string' } }, { least: 0, most: 0 })
    const withCurrentPolicy = values['with-current-policy'] === true
    const day = requireDay(values.from)
    if (day !== null && !withCurrentPolicy)
      throw new TidemarkError('invalid', { publicMessage: '--from belongs to --with-current-policy.' })
    return withDatabase(command, async (ctx) => {
      const { assets, changes } = await recompute(ctx, { withCurrentPolicy, from: await beginningOf(ctx, day) })
      command.terminal.print(`${assets} assets worked out anew; ${changes} changes of status differ from before.`)
      return 0
    })
  },
})
