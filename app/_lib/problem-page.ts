const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Where a refusal leads, in words. */
export interface ProblemLink {
  words: string
  location: string
}

/** A refusal for somebody whose browser sent a form without JavaScript: the words, and the way back. */
export function problemPage(status: number, words: string, link: ProblemLink | null = null): Response {
  const more = link === null ? '' : ` <a href="${escaped(link.location)}">${escaped(link.words)}</a>.`
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>Not done</title></head>
<body><main><h1>Not done</h1><p>${escaped(words)}${more}</p><p>Go back with your browser, or to <a href="/runs">all runs</a> or <a href="/">the status</a>.</p></main></body></html>`
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    },
  })
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => MARKS[mark] ?? mark)
}
