import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hashInlineScripts } from './inline-scripts.ts'

const sourceOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

describe('the inline scripts of a document', () => {
  it('are each allowed by the hash of their own text, data included', () => {
    const html = '<p>x</p><script id="_R_">a()</script><p>y</p><script>b()</script><script type="application/json">{}</script>'
    expect(hashInlineScripts(html)).toEqual({ html, sources: `${sourceOf('a()')} ${sourceOf('b()')} ${sourceOf('{}')}` })
  })

  it('that follow each other become one', () => {
    const { html, sources } = hashInlineScripts(
      '<body><script>a()</script><script>b()</script><script>c()</script>\n<script>d()</script></body>',
    )
    expect(html).toBe('<body><script>a()\n;b()\n;c()</script>\n<script>d()</script></body>')
    expect(sources).toBe(`${sourceOf('a()\n;b()\n;c()')} ${sourceOf('d()')}`)
  })

  it('never become part of one that is loaded, and what is loaded is allowed by its address', () => {
    const html =
      '<script src="/a.js" async=""></script><script>b()</script><script src="/c.js"></script><script id="x">d()</script><script>e()</script>'
    expect(hashInlineScripts(html)).toEqual({ html, sources: [sourceOf('b()'), sourceOf('d()'), sourceOf('e()')].join(' ') })
  })

  it('may be none', () => {
    expect(hashInlineScripts('<p>$& $1</p>')).toEqual({ html: '<p>$& $1</p>', sources: '' })
  })
})
