import { DATA_HEAD } from './content-policy.ts'

const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Where a refusal leads, in words. */
export interface ProblemLink {
  words: string
  location: string
}

/** A refusal for somebody whose browser sent a form without JavaScript: the words, and the way back. */
export function problemPage(status: number, words: string, link: ProblemLink | null = null): Response {
  const more = link === null ? '' : ` <a href="${escaped(link.location)}">${escaped(link.words)}</a>.`
  const ways = 'Go back with your browser, or to <a href="/runs">all runs</a> or <a href="/">the status</a>.'
  return barePage('Not done', `<p>${escaped(words)}${more}</p><p>${ways}</p>`, { status })
}

/** Shows a link to the same: here alone, since an address of this page would stand in their browser's history. */
export function linkPage({ link, words, back }: { link: string; words: string; back: string }): Response {
  const shown = `<p>${escaped(words)}</p><p><code>${escaped(link)}</code></p>`
  const ways = `<p>Copy it now: it is not shown again. <a href="${escaped(back)}">Back</a></p>`
  return barePage('The link', `${shown}${ways}`, { headers: { 'referrer-policy': 'no-referrer' } })
}

function barePage(title: string, markup: string, { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> }) {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>${title}</title></head>
<body><main><h1>${title}</h1>${markup}</main></body></html>`
  return new Response(html, { status, headers: { ...DATA_HEAD, ...headers, 'content-type': 'text/html; charset=utf-8' } })
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => MARKS[mark] ?? mark)
}
