import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FeedLineData } from './feed-summary.ts'

const INSTANTS = ['since', 'updated', 'due', 'good', 'risk'] as const satisfies (keyof FeedLineData)[]

/**
 * The lines of a group as the document carries them to the browser: each field named once, not once for each of a thousand feeds. Instants
 * are minutes, each from the one before it, the first from that of the page; a column that ends in equal values ends with the first of them.
 */
export interface FeedColumns {
  /** Key and name in turns, which compresses better than one after the other. */
  names: string[]
  values: Record<string, unknown[]>
}

/** Lines as columns. */
export function toColumns(feeds: readonly FeedLineData[], now: number): FeedColumns {
  const lines = feeds.map(
    ({ key: _key, name: _name, ...line }) => new Map<string, unknown>(Object.entries({ ...line, ...minutesOf(line, now) })),
  )
  const fields = [...new Set(lines.flatMap((line) => [...line.keys()]))]
  const columns = fields.map((field) => [field, withoutRepeats(lines.map((line) => line.get(field) ?? null))])
  return { names: feeds.flatMap(({ key, name }) => [key, name]), values: Object.fromEntries(columns) }
}

/** The lines again; null stands for a field that a line does not have, but for a status. */
export function fromColumns({ names, values }: FeedColumns, now: number): FeedLineData[] {
  return Array.from({ length: names.length / 2 }, (_, index) => {
    const fields = Object.entries(values).map(([field, column]) => [field, column[Math.min(index, column.length - 1)]] as const)
    const line = Object.fromEntries(fields.filter(([field, value]) => value !== null || field === 'status')) as Partial<FeedLineData>
    return { key: names[2 * index], name: names[2 * index + 1], ...line, ...instantsOf(line, now) } as FeedLineData
  })
}

type Instants = Partial<Record<(typeof INSTANTS)[number], number>>

/** Minutes are what is shown; what is still to come within this one stays ahead of now. */
function minutesOf(line: Instants, now: number): Instants {
  let before = minuteOf(now)
  return mapInstants(line, (at) => {
    const minute = at >= now && minuteOf(at) < now ? now : minuteOf(at)
    const minutes = (minute - before) / MINUTE_MS
    before = minute
    return minutes
  })
}

function instantsOf(line: Instants, now: number): Instants {
  let before = minuteOf(now)
  return mapInstants(line, (minutes) => {
    before += Math.round(minutes * MINUTE_MS)
    return before
  })
}

function mapInstants(line: Instants, change: (value: number) => number): Instants {
  const given = INSTANTS.flatMap((field) => (line[field] === undefined ? [] : [[field, line[field]] as const]))
  return Object.fromEntries(given.map(([field, value]) => [field, change(value)]))
}

function minuteOf(at: number): number {
  return at - (at % MINUTE_MS)
}

function withoutRepeats(values: readonly unknown[]): unknown[] {
  const last = values.at(-1)
  return values.slice(0, values.findLastIndex((value) => value !== last) + 2)
}
