import { DATA_POLICY } from './content-policy.ts'

const MARKS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Shows a link to somebody whose browser sent a form without JavaScript: here alone, since an address of this page would stand in its history. */
export function linkPage({ link, words, back }: { link: string; words: string; back: string }): Response {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>The link</title></head>
<body><main><h1>The link</h1><p>${escaped(words)}</p><p><code>${escaped(link)}</code></p><p>Copy it now: it is not shown again. <a href="${escaped(back)}">Back</a></p></main></body></html>`
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': DATA_POLICY,
    },
  })
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => MARKS[mark] ?? mark)
}
