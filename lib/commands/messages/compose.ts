import { createHash } from 'node:crypto'
import { DateTime } from 'luxon'
import type { ClaimedMessage } from '#lib/db/messages/messages.ts'
import type { Page } from '#lib/db/settings.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { capital } from '#lib/domain/wording/sentences.ts'
import { reasonInWords } from '#lib/domain/wording/words.ts'
import type { StatusMessage } from '#lib/notifiers/notifier.ts'

/** Made only of what never changes in the row, so that every try, also after a crash, carries the same id. */
function messageId(message: ClaimedMessage): string {
  const facts = [message.channel, message.changeId, message.feedKey, message.at, message.recordedAt].join('\n')
  return `msg_${createHash('sha256').update(facts).digest('hex').slice(0, 32)}`
}

function sentence(text: string): string {
  const words = capital(text.trim())
  return /[.!?]$/.test(words) ? words : `${words}.`
}

/** An instant as messages tell it, by the clocks of a zone that they name. */
export function formatTime(instant: Instant, zone: string): string {
  return `${DateTime.fromMillis(instant, { zone }).setLocale('en-GB').toFormat('ccc d LLL, HH:mm')} (${zone})`
}

function dueSentence(message: ClaimedMessage, zone: string): string[] {
  const due = message.causes.flatMap((cause) => (cause.dueAt === null ? [] : [cause.dueAt]))
  if (due.length === 0 || message.to === 'fresh') return []
  const first = Math.min(...due)
  return [`${first <= message.at ? 'It was expected:' : 'Due by'} ${formatTime(first, zone)}.`]
}

/** What was expected, what is, whose doing it is, what comes next: one plain sentence a line. */
function explain(message: ClaimedMessage, zone: string): string {
  const lines: string[] = []
  if (message.promise !== '') lines.push(sentence(`Expected: ${message.promise}`))
  if (message.explanation !== null) lines.push(sentence(message.explanation))
  else if (message.reason !== null) lines.push(sentence(reasonInWords(message.reason)))
  if (message.to !== 'fresh' && message.causes.length > 0) {
    const causes = message.causes.slice(0, 5).map((cause) => `${cause.name} (${reasonInWords(cause.reason)})`)
    const rest = message.causes.length > 5 ? ` and ${message.causes.length - 5} more` : ''
    lines.push(sentence(`Because of ${causes.join(', ')}${rest}`))
  }
  return [...lines, ...dueSentence(message, zone)].join('\n')
}

/** The change in the words and facts every channel gets. */
export function composeMessage(message: ClaimedMessage, page: Page): StatusMessage {
  return {
    id: messageId(message),
    feedKey: message.feedKey,
    feedName: message.feedName,
    groupName: message.groupName,
    from: message.from,
    to: message.to,
    reason: message.reason ?? '',
    since: message.at,
    explanation: explain(message, page.zone),
    ...(typeof message.failedRun?.says === 'string' && { failure: message.failedRun.words }),
    owner: message.owner,
    link: `${page.url.replace(/\/+$/, '')}/feeds/${encodeURIComponent(message.feedKey)}`,
    pageName: page.name,
    zone: page.zone,
  }
}
