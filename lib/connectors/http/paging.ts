import { z } from 'zod'
import { isTooDeep, type JsonValue } from '#lib/domain/values/json.ts'

const place = z.string().regex(/^[^.]+(\.[^.]+)*$/, 'is not a path; write one such as meta.next')
const size = z.int().min(1).max(100_000)
const common = { sizeParameter: z.string().min(1).optional(), pagesMax: z.int().min(1).max(100_000).default(10_000) }

export const pagingSchema = z.discriminatedUnion(
  'by',
  [
    z.strictObject({
      by: z.literal('page'),
      size: size.optional(),
      parameter: z.string().min(1).default('page'),
      first: z.int().min(0).max(1).default(1),
      ...common,
    }),
    z.strictObject({ by: z.literal('offset'), size, parameter: z.string().min(1).default('offset'), ...common }),
    /** `next`: where in the answer the cursor of the next page stands. */
    z.strictObject({
      by: z.literal('cursor'),
      size: size.optional(),
      parameter: z.string().min(1).default('cursor'),
      next: place,
      ...common,
    }),
    /** `next`: where in the answer the next address stands; absent: in the Link header. */
    z.strictObject({ by: z.literal('link'), size: size.optional(), next: place.optional(), ...common }),
  ],
  { error: (issue) => (issue.code === 'invalid_union' ? 'is not a kind of paging; write by: page, offset, cursor or link' : undefined) },
)
export type Paging = z.output<typeof pagingSchema>

/** What one page told about the others. */
export interface PageEnd {
  rows: number
  rowsSoFar: number
  link: string | undefined
  next: JsonValue | undefined
}

export function firstPage(url: URL, paging: Paging): URL {
  const first = new URL(url)
  const name = paging.sizeParameter ?? (paging.by === 'offset' ? 'limit' : 'size')
  if (paging.size !== undefined) first.searchParams.set(name, String(paging.size))
  if (paging.by === 'page') first.searchParams.set(paging.parameter, String(paging.first))
  if (paging.by === 'offset') first.searchParams.set(paging.parameter, '0')
  return first
}

/** The address of the page after this one; null: this was the last; undefined: the answer holds no address in its place. Pages by number or
 * offset end with an empty one, not with a short one: a server may make its pages smaller than asked for. */
export function nextPage(url: URL, paging: Paging, end: PageEnd): URL | null | undefined {
  const next = new URL(url)
  switch (paging.by) {
    case 'page':
      if (end.rows === 0) return null
      next.searchParams.set(paging.parameter, String(Number(next.searchParams.get(paging.parameter)) + 1))
      return next
    case 'offset':
      if (end.rows === 0) return null
      next.searchParams.set(paging.parameter, String(end.rowsSoFar))
      return next
    case 'cursor': {
      const cursor = end.next
      if (isNothing(cursor)) return null
      if (cursor !== undefined && isTooDeep(cursor)) return undefined
      next.searchParams.set(paging.parameter, typeof cursor === 'string' ? cursor : JSON.stringify(cursor))
      return next
    }
    default:
      return linkedPage(url, paging.next === undefined ? nextLink(end.link) : end.next)
  }
}

function linkedPage(url: URL, target: JsonValue | undefined): URL | null | undefined {
  if (isNothing(target)) return null
  return typeof target === 'string' && URL.canParse(target, url) ? new URL(target, url) : undefined
}

function isNothing(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '' || value === false
}

/** Whether a full first page tells of no second: then the place of `next` is probably misspelt, and all other pages would be missed. */
export function missesNext(paging: Paging, { rows, link, next }: PageEnd): boolean {
  if (paging.size === undefined || rows < paging.size) return false
  if (paging.by === 'cursor') return next === undefined
  return paging.by === 'link' && (paging.next === undefined ? link === undefined : next === undefined)
}

const LINK = /<([^>]*)>((?:\s*;\s*[^\s=;,"]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)\s*(?:,|$)/g
const PARAMETER = /;\s*([^\s=;,"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g

/** The address of `rel="next"` in a Link header (RFC 8288); links about another page than the one that was asked for are left out. */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, target, written = ''] of (header ?? '').matchAll(LINK)) {
    const parameters = [...written.matchAll(PARAMETER)].map(([, name = '', quoted, plain]) => [name.toLowerCase(), quoted ?? plain ?? ''])
    const relations = parameters.find(([name]) => name === 'rel')?.[1] ?? ''
    const isAboutOther = parameters.some(([name]) => name === 'anchor')
    if (!isAboutOther && relations.toLowerCase().split(/\s+/).includes('next')) return target
  }
  return undefined
}
