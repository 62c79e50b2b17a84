import { z } from 'zod'
import { isBroken } from '#lib/domain/freshness/status.ts'
import { handOver } from './email/hand-over.ts'
import { renderMail } from './email/render.ts'
import { defineNotifier } from './notifier.ts'

const settings = z.strictObject({
  to: z.string().min(1),
  from: z.string().min(1),
  smtp: z.string().regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://'),
})
type EmailSettings = z.infer<typeof settings>

export default defineNotifier<EmailSettings>({
  kind: 'email',
  settings,
  // A feed that is new and fine, or was taken out, is no news.
  wants: ({ from, to }) => from !== to && (from === null || to === null ? isBroken(to) : true),
  send: (to, message, { clock, signal }) =>
    handOver(
      to.smtp,
      {
        ...renderMail(message),
        from: to.from,
        to: to.to,
        id: message.id,
        headers: { 'X-Tidemark-Feed': encodeURIComponent(message.feedKey) },
      },
      { now: clock.now(), signal },
    ),
})
