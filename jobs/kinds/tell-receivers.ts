import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { tellReceivers } from '#lib/commands/messages/tell-receivers.ts'
import { getGoodAgain } from '#lib/queries/shared/good-again.ts'

export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx, notifiers, lookup, signal }) {
    const counts = await tellReceivers(ctx, { notifiers, lookup, signal, goodAgain: (asking) => getGoodAgain(asking) })
    if (counts.delivered + counts.retried + counts.givenUp > 0) ctx.log.info('messages by routes', { ...counts })
  },
})
