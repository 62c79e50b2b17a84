import { expect, test } from 'vitest'
import { type AtomDocument, escapeXml, renderAtom } from './atom-document.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const document: AtomDocument = {
  id: 'tag:x,2026:page',
  title: 'A & B',
  author: 'A & B',
  link: 'https://x/',
  self: 'https://x/feed.atom',
  since: NOON - 1000,
  entries: [],
}
const entry = {
  id: 'tag:x,2026:change/1',
  title: '<T>',
  updated: NOON,
  published: NOON - 500,
  link: 'https://x/feeds/a?b&c',
  summary: 's',
  category: 'late',
}

test('a document without entries is as old as what it tells about', () => {
  expect(renderAtom(document)).toBe(`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>tag:x,2026:page</id>
<title>A &amp; B</title>
<updated>2026-11-20T11:59:59.000Z</updated>
<author><name>A &amp; B</name></author>
<link rel="alternate" type="text/html" href="https://x/"/>
<link rel="self" type="application/atom+xml" href="https://x/feed.atom"/>
<generator>Tidemark</generator>
</feed>
`)
})

test('the newest entry dates the document', () => {
  const xml = renderAtom({ ...document, entries: [entry] })
  expect(xml).toContain('<updated>2026-11-20T12:00:00.000Z</updated>\n<author>')
  expect(xml).toContain('<title>&lt;T&gt;</title>')
  expect(xml).toContain('href="https://x/feeds/a?b&amp;c"')
  expect(xml).toContain('<published>2026-11-20T11:59:59.500Z</published>')
})

test('whatever stands in a name, the XML stays XML', () => {
  expect(escapeXml('a\u0000b\u001fc\ud800d\ufffe "<&>" ]]>\r\n\t')).toBe('abc\ufffdd &quot;&lt;&amp;&gt;&quot; ]]&gt;&#13;\n\t')
})
