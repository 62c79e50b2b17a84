import type { Instant } from '#lib/domain/time/instant.ts'

export interface AtomEntry {
  id: string
  title: string
  /** When it became known. */
  updated: Instant
  /** When it happened. */
  published: Instant
  link: string
  summary: string
  category: string
}

export interface AtomDocument {
  id: string
  title: string
  author: string
  /** Where readers see the same as a page. */
  link: string
  /** Where this document is. */
  self: string
  /** Of an empty feed; otherwise the newest entry decides. */
  since: Instant
  entries: readonly AtomEntry[]
}

/** XML 1.0 knows no way to write most control characters, lone surrogates and U+FFFE/F: they are left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not appear
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/** Text for an element or an attribute in double quotes. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(UNWRITABLE, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
}

const element = (name: string, text: string) => `<${name}>${escapeXml(text)}</${name}>`
const link = (href: string) => `<link rel="alternate" type="text/html" href="${escapeXml(href)}"/>`
const time = (name: string, at: Instant) => element(name, new Date(at).toISOString())

function renderEntry(entry: AtomEntry): string {
  return [
    '<entry>',
    element('id', entry.id),
    element('title', entry.title),
    time('updated', entry.updated),
    time('published', entry.published),
    link(entry.link),
    `<category term="${escapeXml(entry.category)}"/>`,
    element('summary', entry.summary),
    '</entry>',
  ].join('\n')
}

/** An Atom 1.0 document (RFC 4287). The same facts always give the same bytes. */
export function renderAtom(document: AtomDocument): string {
  const updated = Math.max(document.since, ...document.entries.map((entry) => entry.updated))
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    element('id', document.id),
    element('title', document.title),
    time('updated', updated),
    `<author>${element('name', document.author)}</author>`,
    link(document.link),
    `<link rel="self" type="application/atom+xml" href="${escapeXml(document.self)}"/>`,
    '<generator>Tidemark</generator>',
    ...document.entries.map(renderEntry),
    '</feed>',
    '',
  ].join('\n')
}
