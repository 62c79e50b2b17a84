import type { WindowSubject } from '#lib/commands/windows/matter.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import type { Context } from '#lib/db/context.ts'
import { readBegin } from '#lib/domain/freshness/announced-begin.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'
import { withDatabase } from './databases.ts'
import { requirePausable } from './subjects.ts'
import { defineVerb, readArguments } from './verb.ts'

function readLength(written: string | undefined): number | null {
  if (written === undefined) return null
  const ms = parseDuration(written)
  if (ms === null || ms === 0)
    throw new TidemarkError('invalid', { publicMessage: `"${written}" is not a duration. Write one such as 45m, 2h or 1d.` })
  return ms
}

async function readFrom(ctx: Context, written: string): Promise<Instant> {
  const zone = await getPageZone(ctx)
  const begin = readBegin(written, zone, ctx.clock.now())
  if (typeof begin !== 'number') throw new TidemarkError('invalid', { publicMessage: begin.problem })
  return begin
}

function whatInWords(kind: WindowSubject['kind'], from: string | undefined): string {
  if (from === undefined) return 'is paused'
  return `${kind === 'flow' ? 'will be paused' : 'is announced to be under maintenance'} from ${from}`
}

export default defineVerb({
  usage: '<subject> [--from time] [--for duration] [--note text]',
  summary: 'Pause a flow, or a feed, group or asset, or announce maintenance.',
  details: [
    'A paused flow plans no runs; deadlines go on counting. Of a paused feed, group or asset, what turns late from now on shows as maintenance.',
    'With --from (2026-12-01T22:00, as the clocks of the page show it) it is announced: every page it concerns says so beforehand.',
    'The subject is a key such as terms or lake/term_raw.term_data, or flow:term, feed:terms, group:records, asset:… where a key is shared.',
  ].join('\n'),
  async run(args, command) {
    const options = { from: { type: 'string' }, for: { type: 'string' }, note: { type: 'string' } } as const
    const { values, positionals } = readArguments(args, options, { least: 1, most: 1 })
    const lengthMs = readLength(values.for)
    return withDatabase(command, async (ctx) => {
      const { kind, key, name } = await requirePausable(ctx, positionals[0] ?? '')
      const begin = values.from === undefined ? undefined : await readFrom(ctx, values.from)
      const from = begin ?? ctx.clock.now()
      await openWindow(ctx, {
        subject: { kind, key },
        kind: begin === undefined || kind === 'flow' ? 'paused' : 'maintenance',
        from,
        to: lengthMs === null ? null : from + lengthMs,
        note: values.note ?? null,
      })
      const length = lengthMs === null ? `until "tidemark resume ${kind}:${key}"` : `for ${formatDuration(lengthMs)}`
      command.terminal.print(`${name} ${whatInWords(kind, values.from)} ${length}.`)
      return 0
    })
  },
})
