import { DateTime } from 'luxon'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { Message, Notice } from '#lib/notifiers/notifier.ts'

/** An instant as channels tell it, by the clocks of a zone that they name. */
export function formatTime(instant: Instant, zone: string): string {
  return `${DateTime.fromMillis(instant, { zone }).setLocale('en-GB').toFormat('ccc d LLL yyyy, HH:mm')} (${zone})`
}

/** What a message says, whatever it is about, for channels to which all messages look alike. */
export function asNotice(message: Message): Notice {
  if ('type' in message) return message
  const { id, feedKey, feedName, groupName, from, to, since, explanation, failure, owner, link, pageName, zone } = message
  const status = statusInWords(to).toLowerCase()
  const was = from === null || from === to ? '' : ` (was ${statusInWords(from).toLowerCase()})`
  return {
    id,
    type: `feed.${to ?? 'unjudged'}`,
    about: `feed:${feedKey}`,
    title: `${feedName} is ${status}`,
    lines: [
      `${feedName} (${groupName}) is ${status} since ${formatTime(since, zone)}${was}.`,
      ...explanation.split('\n').filter((line) => line !== ''),
      ...(failure === undefined ? [] : [`The run says: ${failure}`]),
      ...(owner === null ? [] : [`Owner: ${owner}`]),
    ],
    status: to,
    isOver: !isUnhealthy(to),
    at: since,
    link,
    pageName,
    zone,
    data: {},
  }
}
