import { createTransport } from 'nodemailer'
import { z } from 'zod'
import { isBroken } from '#lib/domain/freshness/status.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { whenAborted } from '#lib/platform/when-aborted.ts'
import { toAnswerOutcome, toMailOutcome } from './email/outcome.ts'
import { renderMail } from './email/render.ts'
import { defineNotifier, type SendOutcome, type StatusMessage } from './notifier.ts'

const settings = z.strictObject({
  to: z.string().min(1),
  from: z.string().min(1),
  smtp: z.string().regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://'),
})
type EmailSettings = z.infer<typeof settings>

const SILENCE_MS = 20 * SECOND_MS
const TOTAL_MS = 60 * SECOND_MS

const BROKEN_OFF: SendOutcome = { ok: false, kind: 'retry', problem: 'The mail server did not finish in time.' }

/** The same for every try, so that a repeat can be dropped. */
function messageId(message: StatusMessage, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'tidemark.invalid'
  return `<${message.id}@${domain}>`
}

async function hand(to: EmailSettings, message: StatusMessage, now: number): Promise<SendOutcome> {
  const transport = createTransport({
    url: to.smtp,
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    dnsTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const sent = await transport.sendMail({
      ...renderMail(message),
      from: to.from,
      to: to.to,
      messageId: messageId(message, to.from),
      date: new Date(now),
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'X-Tidemark-Feed': encodeURIComponent(message.feedKey),
      },
    })
    return sent.rejected.length === 0 ? { ok: true } : toAnswerOutcome(550)
  } catch (error) {
    return toMailOutcome(error)
  } finally {
    transport.close()
  }
}

export default defineNotifier<EmailSettings>({
  kind: 'email',
  settings,
  // A feed that is new and fine, or was taken out, is no news.
  wants: ({ from, to }) => from !== to && (from === null || to === null ? isBroken(to) : true),
  async send(to, message, { clock, signal }) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)])
    if (limit.aborted) return BROKEN_OFF
    return Promise.race([hand(to, message, clock.now()), whenAborted(limit).then(() => BROKEN_OFF)])
  },
})
