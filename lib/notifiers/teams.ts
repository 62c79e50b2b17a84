import { z } from 'zod'
import { asNotice } from './kit/as-notice.ts'
import { cut } from './kit/cut.ts'
import { postJson } from './kit/post-json.ts'
import { defineNotifier, isNews, type Message, type SendOutcome } from './notifier.ts'

const settings = z.strictObject({ url: z.url({ protocol: /^https?$/, error: 'must be the address of a workflow' }) })
type TeamsSettings = z.infer<typeof settings>

/** A card may have 28 kB; of a character at most four bytes. */
const TEXT_MAX = 6000
const TITLE_MAX = 200

/** 202 says that the workflow took it. Older addresses answer 200 whatever happens, with an error as text. */
function outcomeOf(status: number, text: string): SendOutcome | undefined {
  if (status !== 200 || text.trim() === '' || text.trim() === '1') return undefined
  const inner = Number(/HTTP error (\d{3})/.exec(text)?.[1] ?? 0)
  const problem = `Teams answered 200, and not that it took the message${inner === 0 ? '' : `: an error ${inner} within`}.`
  if (inner === 410) return { ok: false, kind: 'gone', problem }
  return { ok: false, kind: inner === 400 || inner === 413 ? 'rejected' : 'retry', problem }
}

/** Runs of text are shown as they are; in blocks of text names could become links. */
function words(text: string, more: object = {}): object {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...more }] }
}

function toBody(message: Message): object {
  const { title, lines, link, pageName } = asNotice(message)
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      words(cut(title, TITLE_MAX), { size: 'Medium', weight: 'Bolder' }),
      ...cut(lines.join('\n'), TEXT_MAX)
        .split('\n')
        .map((line) => words(line)),
      words(cut(`${pageName}, sent by Tidemark`, TITLE_MAX), { size: 'Small', isSubtle: true }),
    ],
    actions: [{ type: 'Action.OpenUrl', title: 'Open', url: link }],
    msteams: { width: 'Full' },
  }
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }] }
}

/** A workflow of Microsoft Teams that posts what it gets. */
export default defineNotifier<TeamsSettings>({
  kind: 'teams',
  settings,
  secrets: ['url'],
  gathers: true,
  wants: isNews,
  send: ({ url }, message, context) => postJson({ receiver: 'Teams', url, body: toBody(message), outcomeOf }, context),
})
