import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { deliverMessages } from '#lib/commands/messages/deliver-messages.ts'

export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx, notifiers, lookup, signal }) {
    const { delivered, retried, givenUp } = await deliverMessages(ctx, { notifiers, lookup, signal })
    if (delivered + retried + givenUp > 0) ctx.log.info('messages', { delivered, retried, givenUp })
  },
})
