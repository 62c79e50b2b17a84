import { escapeHtml, oneLine, type RenderedMail } from './render.ts'

/** A letter to a person: paragraphs, with a link among them where it has one. */
export interface LetterText {
  subject: string
  /** Begins with a greeting. */
  paragraphs: readonly string[]
  link: string | null
  /** What stands after the link. */
  after: readonly string[]
  pageName: string
}

/** A letter as text and as HTML. Names in it can neither end a header nor become markup. */
export function renderLetter({ subject, paragraphs, link, after, pageName }: LetterText): RenderedMail {
  const links = link === null ? [] : [link]
  const lines = [...paragraphs, ...links, ...after].map(oneLine)
  const html = [
    '<!doctype html><html><body style="font-family:sans-serif;line-height:1.5">',
    ...paragraphs.map((text) => `<p>${escapeHtml(oneLine(text))}</p>`),
    ...links.map((address) => `<p><a href="${escapeHtml(address)}">${escapeHtml(address)}</a></p>`),
    ...after.map((text) => `<p>${escapeHtml(oneLine(text))}</p>`),
    `<p><small>${escapeHtml(oneLine(pageName))}, sent by Tidemark</small></p>`,
    '</body></html>',
  ].join('\n')
  return { subject: oneLine(subject), text: [lines.join('\n\n'), '', '-- ', `${oneLine(pageName)}, sent by Tidemark`, ''].join('\n'), html }
}
