import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { sendMessages } from '#lib/commands/messages/send-messages.ts'

export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx, notifiers, lookup, signal }) {
    const { delivered, retried, givenUp } = await sendMessages(ctx, { notifiers, lookup, signal })
    if (delivered + retried + givenUp > 0) ctx.log.info('messages', { delivered, retried, givenUp })
  },
})
