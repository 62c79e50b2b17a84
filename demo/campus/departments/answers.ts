import { hash } from 'node:crypto'
import { stringify } from 'csv-stringify/sync'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { changedAt, DATASETS, type DatasetName } from './datasets.ts'
import type { DepartmentFaults } from './faults.ts'

type Style = 'page' | 'offset' | 'cursor' | 'link' | 'json' | 'ndjson' | 'csv' | 'csv-semicolon'
export type Credential = 'none' | 'basic' | 'bearer' | 'key'

interface Habit {
  style: Style
  credential: Credential
  validators: 'last-modified' | 'etag' | 'weak-etag' | 'none'
}

export const HABITS: Record<DatasetName, Habit> = {
  'parking/permits': { style: 'page', credential: 'key', validators: 'last-modified' },
  'bookstore/adoptions': { style: 'link', credential: 'basic', validators: 'none' },
  'dining/transactions': { style: 'ndjson', credential: 'bearer', validators: 'last-modified' },
  'athletics/tickets': { style: 'csv', credential: 'none', validators: 'etag' },
  'health/appointments': { style: 'cursor', credential: 'bearer', validators: 'none' },
  'alumni/addresses': { style: 'csv-semicolon', credential: 'basic', validators: 'last-modified' },
  'facilities/work-orders': { style: 'offset', credential: 'key', validators: 'weak-etag' },
  'housing/rooms': { style: 'json', credential: 'none', validators: 'weak-etag' },
  'research/grants': { style: 'ndjson', credential: 'none', validators: 'last-modified' },
  'it/tickets': { style: 'cursor', credential: 'bearer', validators: 'last-modified' },
}

export interface DepartmentAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

const SIZE = 100
const SIZE_MAX = 500

/** One answer of a department at a moment: the rows, or a page of them, in its own form. */
export function departmentAnswer(name: DatasetName, url: URL, now: Instant, faults: DepartmentFaults): DepartmentAnswer {
  const { style, validators } = HABITS[name]
  const rows = faults.take('empty-answer') ? [] : DATASETS[name].rows(now)
  const { body, contentType, headers } = formed(style, name, rows, url, faults)
  return { status: 200, headers: { 'content-type': contentType, ...headers, ...validatorsOf(validators, name, now, body, faults) }, body }
}

function validatorsOf(
  kind: Habit['validators'],
  name: DatasetName,
  now: Instant,
  body: string,
  faults: DepartmentFaults,
): Record<string, string> {
  if (faults.take('always-now')) return { 'last-modified': new Date(now).toUTCString(), date: new Date(now).toUTCString() }
  if (kind === 'last-modified') return { 'last-modified': new Date(changedAt(name, now)).toUTCString(), date: new Date(now).toUTCString() }
  const tag = `"${hash('sha256', body, 'hex').slice(0, 16)}"`
  if (kind === 'etag') return { etag: tag }
  return kind === 'weak-etag' ? { etag: `W/${tag}` } : {}
}

interface Formed {
  body: string
  contentType: string
  headers: Record<string, string>
}

function formed(style: Style, name: DatasetName, rows: readonly JsonObject[], url: URL, faults: DepartmentFaults): Formed {
  switch (style) {
    case 'csv':
      return text('text/csv; charset=utf-8', csv(name, rows, ','))
    case 'csv-semicolon':
      return text('text/csv', csv(name, rows, ';'))
    case 'ndjson':
      return text('application/x-ndjson', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    case 'json':
      return json({ status: 'ok', data: { [name.replace(/^.*\//, '')]: rows } })
    default:
      return paged(style, rows, url, faults)
  }
}

type Paging = 'page' | 'offset' | 'cursor' | 'link'

function paged(style: Paging, rows: readonly JsonObject[], url: URL, faults: DepartmentFaults): Formed {
  const { size, from: asked, number } = askedFor(style, url)
  const isLater = asked > 0
  const from = isLater && faults.take('page-repeated') ? Math.max(0, asked - size) : asked
  const page = rows.slice(from, from + size)
  const total = rows.length + (faults.take('wrong-total') ? 7 : 0) + (isLater && faults.take('total-grows') ? 1 : 0)
  const hasMore = asked + size < rows.length
  if (style === 'page') return json({ data: page, meta: { total, page: number, pages: Math.ceil(rows.length / size) } })
  if (style === 'offset') return json({ results: page, total_count: total })
  if (style === 'cursor') return json({ items: page, next_cursor: hasMore ? Buffer.from(String(asked + size)).toString('base64') : null })
  const next = new URL(isLater && faults.take('next-elsewhere') ? 'http://elsewhere.invalid/api' : url)
  next.searchParams.set('page', String(number + 1))
  return { ...json(page), headers: hasMore ? { link: `<${next.href}>; rel="next", <${url.href}>; rel="self"` } : {} }
}

function askedFor(style: Paging, url: URL): { size: number; from: number; number: number } {
  const ask = (key: string, fallback: number) => Number(url.searchParams.get(key) ?? fallback)
  const size = Math.max(1, Math.min(SIZE_MAX, ask(style === 'offset' ? 'limit' : 'size', SIZE)))
  const number = ask('page', 1)
  const cursor = Number(Buffer.from(url.searchParams.get('cursor') ?? '', 'base64').toString() || 0)
  return { size, number, from: { page: (number - 1) * size, offset: ask('offset', 0), cursor, link: (number - 1) * size }[style] }
}

function csv(name: DatasetName, rows: readonly JsonObject[], delimiter: string): string {
  return stringify([...rows], { header: true, columns: [...DATASETS[name].columns], delimiter, quoted_match: /[\r\n]/ })
}

function text(contentType: string, body: string): Formed {
  return { body, contentType, headers: {} }
}

function json(document: unknown): Formed {
  return text('application/json; charset=utf-8', JSON.stringify(document))
}
