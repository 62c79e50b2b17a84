import { createHash } from 'node:crypto'

/** Next writes no script whose text holds `</script`, and none with `>` in an attribute. */
const SCRIPT = /<script([^>]*)>([\s\S]*?)<\/script>/g

/** The document with inline scripts that follow each other made one, so that they are few, and the sources of a policy that allows these and no others. */
export function hashInlineScripts(html: string): { html: string; sources: string } {
  const parts: string[] = []
  const inline: string[] = []
  let writtenTo = 0
  let joined = ''
  const close = () => {
    if (joined === '') return
    inline.push(joined)
    parts.push(`<script>${joined}</script>`)
    joined = ''
  }
  for (const { 0: whole, 1: attributes = '', 2: text = '', index } of html.matchAll(SCRIPT)) {
    if (index > writtenTo) close()
    parts.push(html.slice(writtenTo, index))
    writtenTo = index + whole.length
    if (attributes === '') joined = joined === '' ? text : `${joined}\n;${text}`
    else {
      close()
      parts.push(whole)
      if (!/\ssrc=/.test(attributes)) inline.push(text)
    }
  }
  close()
  parts.push(html.slice(writtenTo))
  return { html: parts.join(''), sources: [...new Set(inline.map(sourceOf))].join(' ') }
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
