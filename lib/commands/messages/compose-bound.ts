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

/** Of so many things that go out together each is named; of the rest how many they are. */
export const NAMED_MAX = 20

/** Made only of what never changes, so that every try, also after a crash, carries the same id. */
function boundId(receiver: string, carrierId: string, createdAt: Instant): string {
  return `msg_${createHash('sha256').update([receiver, carrierId, createdAt].join('\n')).digest('hex').slice(0, 32)}`
}

/** One message of all that goes out together, with what was held back; null where nothing is left to say. */
export function composeBound(
  { receiver, carrierId, createdAt }: { receiver: string; carrierId: string; createdAt: Instant },
  { messages, more }: { messages: readonly Message[]; more: number },
  held: Held,
  page: Page,
): Message | null {
  const [first] = messages
  if (first === undefined) return null
  const id = boundId(receiver, carrierId, createdAt)
  const about = heldInWords(held, page.zone)
  const notices = messages.map(asNotice)
  if (messages.length > 1) return { ...together(notices, more, page), id, lines: [...about, ...linesOf(notices, more)] }
  if ('type' in first) return { ...first, id, lines: [...first.lines, ...about] }
  return { ...first, id, explanation: [first.explanation, ...about].join('\n') }
}

function together(notices: readonly Notice[], more: number, page: Page): Omit<Notice, 'id' | 'lines'> {
  const [first] = notices
  return {
    type: 'digest',
    about: 'digest',
    title: `${first?.title ?? ''}, and ${notices.length - 1 + more} more`,
    status: worstOf(notices.map(({ status }) => status)),
    isOver: notices.every(({ isOver }) => isOver),
    at: Math.max(...notices.map(({ at }) => at)),
    link: page.url.replace(/\/+$/, ''),
    pageName: page.name,
    zone: page.zone,
    data: {},
  }
}

function linesOf(notices: readonly Notice[], more: number): string[] {
  const named = notices.map(({ title, link }) => `${title}: ${link}`)
  return more > 0 ? [...named, `And ${more} more.`] : named
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
