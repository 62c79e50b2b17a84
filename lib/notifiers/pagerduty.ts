import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Status } from '#lib/domain/freshness/status.ts'
import { asNotice } from './kit/as-notice.ts'
import { cut } from './kit/cut.ts'
import { postJson } from './kit/post-json.ts'
import { defineNotifier, isNews, type Message, type SendOutcome } from './notifier.ts'

const settings = z.strictObject({
  routingKey: z.string().regex(/^[A-Za-z0-9]{32}$/, 'must be an integration key of 32 letters and digits'),
  url: z.url({ protocol: /^https?$/, error: 'must begin with https://' }).default('https://events.pagerduty.com/v2/enqueue'),
})
type PagerDutySettings = z.infer<typeof settings>

const SUMMARY_MAX = 1024
const DETAILS_MAX = 8000
const SEVERITY: Record<Status, string> = { stale: 'error', late: 'warning', unknown: 'warning', maintenance: 'info', fresh: 'info' }

const answerSchema = z.object({ status: z.string() })

/** It says that it took an event: a status alone may be that of something in between. */
function outcomeOf(status: number, text: string): SendOutcome | undefined {
  if (status < 200 || status >= 300) return undefined
  const said = readStatus(text)
  if (said === 'success') return { ok: true }
  const problem = `PagerDuty answered ${status}, and not that it took the event.`
  return { ok: false, kind: said === 'invalid event' ? 'rejected' : 'retry', problem }
}

function readStatus(text: string): string | null {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data?.status ?? null
  } catch {
    return null
  }
}

/** One alert for all that is told of the same thing: what is over ends it. */
function toBody(routingKey: string, message: Message): object {
  const { type, about, title, lines, status, isOver, at, link, pageName } = asNotice(message)
  const alert = `tidemark-${createHash('sha256').update([pageName, about].join('\n')).digest('hex').slice(0, 32)}`
  return {
    routing_key: routingKey,
    event_action: isOver ? 'resolve' : 'trigger',
    dedup_key: alert,
    payload: {
      summary: cut(title, SUMMARY_MAX),
      source: cut(pageName, SUMMARY_MAX),
      severity: SEVERITY[status ?? 'unknown'],
      timestamp: new Date(at).toISOString(),
      class: type,
      custom_details: { details: cut(lines.join('\n'), DETAILS_MAX) },
    },
    links: [{ href: link, text: 'Open' }],
    client: 'Tidemark',
    client_url: link,
  }
}

/** Events of PagerDuty: what is wrong triggers an alert, what is well again resolves it. */
export default defineNotifier<PagerDutySettings>({
  kind: 'pagerduty',
  settings,
  secrets: ['routingKey'],
  wants: isNews,
  takes: ({ type }) => type !== 'data.ready' && type !== 'feed.reported',
  send: ({ routingKey, url }, message, context) =>
    postJson({ receiver: 'PagerDuty', url, body: toBody(routingKey, message), outcomeOf }, context),
})
