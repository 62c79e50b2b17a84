import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { sendLetters } from '#lib/commands/messages/send-letters.ts'
import { sendMessages } from '#lib/commands/messages/send-messages.ts'

export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx, notifiers, lookup, fingerprintKey, signal }) {
    const { delivered, retried, givenUp } = await sendMessages(ctx, { notifiers, lookup, signal })
    const letters = await sendLetters(ctx, { lookup, key: fingerprintKey, signal })
    if (letters.delivered + letters.retried + letters.givenUp > 0) ctx.log.info('letters', { ...letters })
    if (delivered + retried + givenUp > 0) ctx.log.info('messages', { delivered, retried, givenUp })
  },
})
