import { openWindow } from '#lib/commands/open-window.ts'
import { formatDuration, parseDuration } from '#lib/domain/duration.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
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

export default defineVerb({
  usage: '<subject> [--for duration] [--note text]',
  summary: 'Pause a flow, or a feed, group or asset.',
  details: [
    'A paused flow plans no runs; deadlines go on counting. Of a paused feed, group or asset, what turns late from now on shows as maintenance.',
    'The subject is a key such as terms or lake/term_raw.term_data, or flow:term, feed:terms, group:records, asset:… where a key is shared.',
  ].join('\n'),
  async run(args, command) {
    const { values, positionals } = readArguments(args, { for: { type: 'string' }, note: { type: 'string' } }, { least: 1, most: 1 })
    const lengthMs = readLength(values.for)
    return withDatabase(command, async (ctx) => {
      const { kind, key, name } = await requirePausable(ctx, positionals[0] ?? '')
      const from = ctx.clock.now()
      await openWindow(ctx, {
        subject: { kind, key },
        kind: 'paused',
        from,
        to: lengthMs === null ? null : from + lengthMs,
        note: values.note ?? null,
      })
      command.terminal.print(
        `${name} is paused${lengthMs === null ? ` until "tidemark resume ${kind}:${key}"` : ` for ${formatDuration(lengthMs)}`}.`,
      )
      return 0
    })
  },
})
