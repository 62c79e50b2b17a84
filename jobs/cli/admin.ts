import { invitationLink, inviteAdmin } from '#lib/access/invitations.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import { withDatabase } from './databases.ts'
import { defineVerb, readArguments } from './verb.ts'

export default defineVerb({
  usage: '<e-mail>',
  summary: 'Print a link by which somebody becomes an admin of the page.',
  details: [
    'The link works once, within 24 hours. Whoever has it chooses a password, and is an admin from then on: also somebody who is known to the page already,',
    'with another role or without the right password.',
  ].join('\n'),
  async run(args, command) {
    const { positionals } = readArguments(args, {}, { least: 1, most: 1 })
    return withDatabase(command, async (ctx) => {
      const { token, invitation } = await inviteAdmin(ctx, positionals[0] ?? '')
      const { url } = await getAddressedPage(ctx)
      command.terminal.note(`Whoever follows this link becomes an admin as ${invitation.email}; it works once, within 24 hours:`)
      command.terminal.print(invitationLink(url, token))
      return 0
    })
  },
})
