import { z } from 'zod'
import { handOver } from './email/hand-over.ts'
import { renderMail, renderNotice } from './email/render.ts'
import { defineNotifier, isNews, type Message } from './notifier.ts'

const settings = z.strictObject({
  to: z.string().min(1),
  from: z.string().min(1),
  smtp: z.string().regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://'),
})
type EmailSettings = z.infer<typeof settings>

/** By which mails are sorted. */
function headersOf(message: Message): Record<string, string> {
  if ('type' in message) return { 'X-Tidemark-About': encodeURIComponent(message.about) }
  return { 'X-Tidemark-Feed': encodeURIComponent(message.feedKey) }
}

export default defineNotifier<EmailSettings>({
  kind: 'email',
  settings,
  gathers: true,
  wants: isNews,
  send: (to, message, { clock, signal }) =>
    handOver(
      to.smtp,
      {
        ...('type' in message ? renderNotice(message) : renderMail(message)),
        from: to.from,
        to: to.to,
        id: message.id,
        headers: headersOf(message),
      },
      { now: clock.now(), signal },
    ),
})
