import type { AgeStretch } from '#lib/domain/freshness/days/age-history.ts'

/** The drawing is so wide and high, and is stretched to the page. */
export const DRAWN = { width: 1000, height: 160 }

/** What is drawn of a history of ages, as paths; `topMs` is the age at the upper edge. */
export interface AgeLines {
  topMs: number
  age: string
  late: string
  stale: string
  /** Where it was older than one limit, and older than both. */
  overLate: string
  overStale: string
}

/** A limit that is further away than so many times everything else would leave nothing to be seen of that. */
const STALE_MAX = 2
const HEADROOM = 1.12

/** Draws a history of ages over [from, to). */
export function ageLines(stretches: readonly AgeStretch[], from: number, to: number): AgeLines {
  const known = stretches.flatMap((one) => (one.at === null ? [] : [{ ...one, at: one.at }]))
  const topMs = topOf(known)
  const x = (at: number) => round(((at - from) / Math.max(1, to - from)) * DRAWN.width)
  const y = (ms: number) => round(DRAWN.height * (1 - Math.min(ms, topMs) / topMs))
  const limit = (of: (one: AgeStretch) => number | null) =>
    known.map((one) => (reaches(of(one), one.at, topMs) ? `M${x(one.from)} ${y(ageAt(of(one), one.at))}H${x(one.to)}` : '')).join('')
  const over = (of: (one: AgeStretch) => number | null) => known.map((one) => triangle(one, of(one), { x, y })).join('')
  return {
    topMs,
    age: line(known, { x, y }),
    late: limit(({ lateAt }) => lateAt),
    stale: limit(({ staleAt }) => staleAt),
    overLate: over(({ lateAt }) => lateAt),
    overStale: over(({ staleAt }) => staleAt),
  }
}

type Known = AgeStretch & { at: number }

interface Scale {
  x(at: number): number
  y(ms: number): number
}

function topOf(known: readonly Known[]): number {
  const usual = Math.max(1, ...known.flatMap(({ to, at, lateAt }) => [to - at, lateAt === null ? 0 : lateAt - at]))
  const stale = Math.max(0, ...known.map(({ at, staleAt }) => (staleAt === null ? 0 : staleAt - at)))
  return (stale <= STALE_MAX * usual ? Math.max(usual, stale) : usual) * HEADROOM
}

function ageAt(limit: number | null, at: number): number {
  return (limit ?? 0) - at
}

function reaches(limit: number | null, at: number, topMs: number): boolean {
  return limit !== null && limit - at <= topMs
}

/** It grows as time goes by, and falls with each new value. */
function line(known: readonly Known[], { x, y }: Scale): string {
  return known
    .map((one, place) => {
      const isJoined = known[place - 1]?.to === one.from
      return `${isJoined ? 'L' : 'M'}${x(one.from)} ${y(one.from - one.at)}L${x(one.to)} ${y(one.to - one.at)}`
    })
    .join('')
}

/** From where it passed the limit to the end of the stretch, between the limit and the age. */
function triangle({ from, to, at }: Known, limit: number | null, { x, y }: Scale): string {
  if (limit === null || limit >= to) return ''
  const begin = Math.max(from, limit)
  return `M${x(begin)} ${y(limit - at)}L${x(begin)} ${y(begin - at)}L${x(to)} ${y(to - at)}V${y(limit - at)}Z`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
