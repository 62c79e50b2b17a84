import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { SendOutcome } from '#lib/notifiers/notifier.ts'
import { whenAborted } from '#lib/platform/when-aborted.ts'
import { toAnswerOutcome, toMailOutcome } from './outcome.ts'

/** One mail, whole. */
export interface Mail {
  from: string
  to: string
  subject: string
  text: string
  html: string
  /** The same for every try, so that a repeat can be dropped. */
  id: string
  headers?: Record<string, string>
}

const SILENCE_MS = 20 * SECOND_MS
const TOTAL_MS = 60 * SECOND_MS

const BROKEN_OFF: SendOutcome = { ok: false, kind: 'retry', problem: 'The mail server did not finish in time.' }

/** Hands a mail to a mail server, within a minute; tells whether it took it, and whether another try may help. */
export async function handOver(smtp: string, mail: Mail, { now, signal }: { now: number; signal: AbortSignal }): Promise<SendOutcome> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)])
  if (limit.aborted) return BROKEN_OFF
  return Promise.race([hand(smtp, mail, now), whenAborted(limit).then(() => BROKEN_OFF)])
}

async function hand(smtp: string, { id, headers, ...mail }: Mail, now: number): Promise<SendOutcome> {
  // Of the processes that can send mail, hardly any ever does.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    url: smtp,
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    dnsTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const sent = await transport.sendMail({
      ...mail,
      messageId: `<${id}@${domainOf(mail.from)}>`,
      date: new Date(now),
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', ...headers },
    })
    return sent.rejected.length === 0 ? { ok: true } : toAnswerOutcome(550)
  } catch (error) {
    return toMailOutcome(error)
  } finally {
    transport.close()
  }
}

function domainOf(from: string): string {
  return /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'tidemark.invalid'
}
