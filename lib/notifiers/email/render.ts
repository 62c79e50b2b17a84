import { statusInWords } from '#lib/domain/wording/words.ts'
import { formatTime } from '#lib/notifiers/kit/as-notice.ts'
import type { Notice, StatusMessage } from '#lib/notifiers/notifier.ts'

/** What a mail says, as text and as HTML. */
export interface RenderedMail {
  subject: string
  text: string
  html: string
}

/** Text as it may stand in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Text that may stand in a header: nothing ends its line. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Header lines cannot be injected: names are folded into one line. */
export function renderMail(message: StatusMessage): RenderedMail {
  const status = statusInWords(message.to).toLowerCase()
  const subject = oneLine(`${message.feedName} is ${status} – ${message.pageName}`)
  const since = formatTime(message.since, message.zone)
  const was = message.from === null || message.from === message.to ? '' : ` (was ${statusInWords(message.from).toLowerCase()})`
  const heading = oneLine(`${message.feedName} (${message.groupName}) is ${status} since ${since}${was}.`)
  const owner = message.owner === null ? [] : [`Owner: ${message.owner}`]
  const failure = message.failure === undefined ? [] : [`The run says: ${oneLine(message.failure)}`]
  const text = [
    heading,
    '',
    message.explanation,
    ...failure,
    '',
    ...owner,
    message.link,
    '',
    `-- `,
    `${message.pageName}, sent by Tidemark`,
    '',
  ].join('\n')
  const paragraphs = [...message.explanation.split('\n'), ...failure].map((line) => `<p>${escapeHtml(line)}</p>`)
  const html = [
    '<!doctype html><html><body style="font-family:sans-serif;line-height:1.5">',
    `<p><strong>${escapeHtml(heading)}</strong></p>`,
    ...paragraphs,
    ...owner.map((line) => `<p>${escapeHtml(line)}</p>`),
    `<p><a href="${escapeHtml(message.link)}">${escapeHtml(message.link)}</a></p>`,
    `<p><small>${escapeHtml(message.pageName)}, sent by Tidemark</small></p>`,
    '</body></html>',
  ].join('\n')
  return { subject, text, html }
}

/** What stands below what is told, to who subscribed to it. */
export interface LetterFoot {
  words: string
  link: string
}

/** The same of anything else: names and words of others can neither end a header nor become markup. */
export function renderNotice({ title, lines, link, pageName }: Notice, foot: LetterFoot | null = null): RenderedMail {
  const told = lines.map(oneLine)
  const html = [
    '<!doctype html><html><body style="font-family:sans-serif;line-height:1.5">',
    `<p><strong>${escapeHtml(oneLine(title))}</strong></p>`,
    ...told.map((line) => `<p>${escapeHtml(line)}</p>`),
    `<p><a href="${escapeHtml(link)}">${escapeHtml(link)}</a></p>`,
    `<p><small>${escapeHtml(pageName)}, sent by Tidemark</small></p>`,
    ...(foot === null
      ? []
      : [`<p><small>${escapeHtml(foot.words)} <a href="${escapeHtml(foot.link)}">${escapeHtml(foot.link)}</a></small></p>`]),
    '</body></html>',
  ].join('\n')
  const below = foot === null ? [] : [foot.words, foot.link]
  const text = [oneLine(title), '', ...told, '', link, '', '-- ', `${pageName}, sent by Tidemark`, ...below, ''].join('\n')
  return { subject: oneLine(`${title} – ${pageName}`), text, html }
}
