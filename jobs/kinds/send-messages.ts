import { z } from 'zod'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { sendLetters } from '#lib/commands/messages/send-letters.ts'
import { sendMessages } from '#lib/commands/messages/send-messages.ts'
import { tellReceivers } from '#lib/commands/messages/tell-receivers.ts'
import { getGoodAgain } from '#lib/queries/shared/good-again.ts'

export default defineJobKind({
  input: z.object({}),
  key: () => 'all',
  async run({ ctx, notifiers, lookup, fingerprintKey, signal }) {
    const options = { notifiers, lookup, signal, goodAgain: () => getGoodAgain(ctx) }
    const [{ delivered, retried, givenUp }, routed] = await Promise.all([sendMessages(ctx, options), tellReceivers(ctx, options)])
    const letters = await sendLetters(ctx, { lookup, key: fingerprintKey, signal })
    if (letters.delivered + letters.retried + letters.givenUp > 0) ctx.log.info('letters', { ...letters })
    if (routed.delivered + routed.retried + routed.givenUp > 0) ctx.log.info('messages by routes', { ...routed })
    if (delivered + retried + givenUp > 0) ctx.log.info('messages', { delivered, retried, givenUp })
  },
})
