import { closeWindow } from '#lib/commands/close-window.ts'
import { loadWindows } from '#lib/db/windows.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { withDatabase } from './databases.ts'
import { requireSubject } from './subjects.ts'
import { defineVerb, readArguments } from './verb.ts'

export default defineVerb({
  usage: '<subject>',
  summary: 'End the pause of a feed, group or asset.',
  async run(args, command) {
    const { positionals } = readArguments(args, {}, { least: 1, most: 1 })
    return withDatabase(command, async (ctx) => {
      const { id, name } = await requireSubject(ctx, positionals[0] ?? '')
      const now = ctx.clock.now()
      const open = (await loadWindows(ctx.pool)).filter((w) => w.subjectId === id && w.kind === 'paused' && (w.to === null || w.to > now))
      if (open.length === 0) throw new TidemarkError('conflict', { publicMessage: `${name} is not paused by itself.` })
      for (const window of open) await closeWindow(ctx, { windowId: window.id })
      command.terminal.print(`${name} goes on.`)
      return 0
    })
  },
})
