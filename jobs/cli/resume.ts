import { endPauses } from '#lib/commands/windows/close-window.ts'
import { withDatabase } from './databases.ts'
import { requirePausable } from './subjects.ts'
import { defineVerb, readArguments } from './verb.ts'

export default defineVerb({
  usage: '<subject>',
  summary: 'End the pause or maintenance of a flow, feed, group or asset; withdraw what is announced.',
  async run(args, command) {
    const { positionals } = readArguments(args, {}, { least: 1, most: 1 })
    return withDatabase(command, async (ctx) => {
      const subject = await requirePausable(ctx, positionals[0] ?? '')
      await endPauses(ctx, subject)
      command.terminal.print(`${subject.name} goes on.`)
      return 0
    })
  },
})
