import { createHash } from 'node:crypto'
import type { Page } from '#lib/db/settings.ts'
import { worstOf } from '#lib/domain/freshness/status.ts'
import type { Hold } from '#lib/domain/messages/pace.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { asNotice } from '#lib/notifiers/kit/as-notice.ts'
import type { Message, Notice } from '#lib/notifiers/notifier.ts'
import { formatTime } from './compose.ts'

/** What was held back of a message, since when, and where its receiver stands with the budget of the day. */
export interface Held {
  hold: Hold | null
  since: Instant
  budget: number | null
  isLastOfDay: boolean
}

/** Of so many things each is named; of the rest how many they are. */
const NAMED_MAX = 20

/** Made only of what never changes, so that every try, also after a crash, carries the same id. */
function boundId(receiver: string, carrierId: string, createdAt: Instant): string {
  return `msg_${createHash('sha256').update([receiver, carrierId, createdAt].join('\n')).digest('hex').slice(0, 32)}`
}

/** One message of all that goes out together, with what was held back; null where nothing is left to say. */
export function composeBound(
  { receiver, carrierId, createdAt }: { receiver: string; carrierId: string; createdAt: Instant },
  messages: readonly Message[],
  held: Held,
  page: Page,
): Message | null {
  const [first] = messages
  if (first === undefined) return null
  const id = boundId(receiver, carrierId, createdAt)
  const more = heldInWords(held, page.zone)
  if (messages.length > 1) return { ...together(messages.map(asNotice), page), id, lines: [...more, ...linesOf(messages.map(asNotice))] }
  if ('type' in first) return { ...first, id, lines: [...first.lines, ...more] }
  return { ...first, id, explanation: [first.explanation, ...more].join('\n') }
}

function together(notices: readonly Notice[], page: Page): Omit<Notice, 'id' | 'lines'> {
  const [first] = notices
  return {
    type: 'digest',
    about: 'digest',
    title: `${first?.title ?? ''}, and ${notices.length - 1} more`,
    status: worstOf(notices.map(({ status }) => status)),
    isOver: notices.every(({ isOver }) => isOver),
    at: Math.max(...notices.map(({ at }) => at)),
    link: page.url.replace(/\/+$/, ''),
    pageName: page.name,
    zone: page.zone,
    data: {},
  }
}

function linesOf(notices: readonly Notice[]): string[] {
  const named = notices.slice(0, NAMED_MAX).map(({ title, link }) => `${title}: ${link}`)
  return notices.length > NAMED_MAX ? [...named, `And ${notices.length - NAMED_MAX} more.`] : named
}

function heldInWords({ hold, since, budget, isLastOfDay }: Held, zone: string): string[] {
  const time = formatTime(since, zone)
  const held: Partial<Record<Hold, string>> = {
    quiet: `Held back by quiet hours since ${time}.`,
    budget: `Held back since ${time}: the ${budget} messages of that day were sent.`,
    digest: `All that came since ${time}.`,
  }
  const words = hold === null ? undefined : held[hold]
  const last = `This is the last of today’s ${budget} messages: what comes until tomorrow is told then.`
  return [...(words === undefined ? [] : [words]), ...(isLastOfDay ? [last] : [])]
}
