import type { GateName } from './gate.ts'

/** One moment at which a worker is killed. */
export interface CrashPoint {
  name: string
  flow: 'term' | 'course'
  /** Stopped by the database at an exact place, for the n-th time … */
  gate?: { name: GateName; nth: number }
  /** … or so long after its run began. */
  afterMs?: number
  /** Frozen past its lease and woken again, instead of killed. */
  frozen?: boolean
  /** The run is over already; only its outcome is missing. */
  ended?: boolean
}

type Random = () => number

function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const pick = (random: Random, most: number) => 1 + Math.floor(random() * most)

/** The kinds of moments, the telling ones first; each call of one gives another place of its kind. */
const KINDS: readonly ((random: Random) => Omit<CrashPoint, 'name'>)[] = [
  (random) => ({ flow: 'course', gate: { name: 'before the commit of a batch', nth: pick(random, 14) } }),
  () => ({ flow: 'term', gate: { name: 'in the middle of replacing terms', nth: 1 } }),
  (random) => ({ flow: 'course', frozen: true, gate: { name: 'before the commit of a batch', nth: pick(random, 10) } }),
  (random) => ({ flow: 'course', gate: { name: 'between a commit and the ledger', nth: pick(random, 4) } }),
  () => ({ flow: 'term', gate: { name: 'between a commit and the ledger', nth: 2 } }),
  (random) => ({ flow: 'course', gate: { name: 'in the middle of writing course rows', nth: pick(random, 14) } }),
  () => ({ flow: 'course', ended: true, gate: { name: 'between the end of a run and its outcome', nth: 1 } }),
  () => ({ flow: 'term', gate: { name: 'before the commit of a batch', nth: 1 } }),
  (random) => ({ flow: 'course', gate: { name: 'in the middle of curating courses', nth: pick(random, 14) } }),
  (random) => ({ flow: 'course', afterMs: 50 + Math.floor(random() * 900) }),
]

/** `count` moments, the same for the same seed. */
export function choosePoints(count: number, seed: number): CrashPoint[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, i) => {
    const make = KINDS[i % KINDS.length] ?? KINDS[0]
    const point = make ? make(random) : { flow: 'course' as const, afterMs: 500 }
    return { ...point, name: inWords(point) }
  })
}

function inWords(point: Omit<CrashPoint, 'name'>): string {
  const how = point.frozen === true ? 'frozen' : 'killed'
  const where = point.gate ? `${point.gate.name} (${point.gate.nth})` : `${point.afterMs} ms after its run began`
  return `${point.flow}: ${how} ${where}`
}
