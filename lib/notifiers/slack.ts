import { z } from 'zod'
import { asNotice } from './kit/as-notice.ts'
import { cut } from './kit/cut.ts'
import { postJson } from './kit/post-json.ts'
import { defineNotifier, isNews, type Message, type SendOutcome } from './notifier.ts'

const settings = z.strictObject({ url: z.url({ protocol: /^https?$/, error: 'must be the address of an incoming webhook' }) })
type SlackSettings = z.infer<typeof settings>

const TITLE_MAX = 150
const TEXT_MAX = 3000

/** Slack answers in words, with whatever status: what they mean for this message, or for all. */
const GONE = new Set(['channel_is_archived', 'no_service', 'no_team', 'no_active_hooks', 'invalid_token', 'team_disabled'])
const WRONG_MESSAGE = new Set([
  'invalid_payload',
  'invalid_blocks',
  'invalid_blocks_format',
  'no_text',
  'too_many_attachments',
  'msg_too_long',
])

function outcomeOf(status: number, text: string): SendOutcome | undefined {
  const said = text.trim()
  if (status === 200 && said === 'ok') return { ok: true }
  const word = /^[a-z_]{1,60}$/.test(said) ? said : null
  const problem = word === null ? `Slack answered ${status}, and not that it took the message.` : `Slack answered ${status}: ${word}.`
  if (word !== null && GONE.has(word)) return { ok: false, kind: 'gone', problem }
  if (word !== null && WRONG_MESSAGE.has(word)) return { ok: false, kind: 'rejected', problem }
  return word !== null || (status >= 200 && status < 300) ? { ok: false, kind: 'retry', problem } : undefined
}

/** Names and words of others can neither mention anybody nor become a link. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function toBody(message: Message): object {
  const { title, lines, link, pageName } = asNotice(message)
  const heading = escaped(cut(title, TITLE_MAX))
  const words = cut(`*${heading}*\n${lines.map(escaped).join('\n')}`, TEXT_MAX)
  return {
    text: heading,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: words, verbatim: true } },
      { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open' }, url: link }] },
      { type: 'context', elements: [{ type: 'plain_text', text: cut(`${pageName}, sent by Tidemark`, TITLE_MAX) }] },
    ],
  }
}

/** An incoming webhook of Slack. */
export default defineNotifier<SlackSettings>({
  kind: 'slack',
  settings,
  secrets: ['url'],
  gathers: true,
  wants: isNews,
  send: ({ url }, message, context) => postJson({ receiver: 'Slack', url, body: toBody(message), outcomeOf }, context),
})
