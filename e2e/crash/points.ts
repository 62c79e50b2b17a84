import type { HttpSystem } from '#demo/campus/faults.ts'
import type { GateName } from './gate.ts'
import type { CrashFlow, Scenario } from './scenario.ts'

/** One moment at which a worker is killed. */
export interface CrashPoint {
  name: string
  flow: CrashFlow
  /** Stopped by the database at an exact place, for the n-th time … */
  gate?: { name: GateName; nth: number }
  /** … or by a system of the campus that keeps its n-th request waiting … */
  held?: { system: HttpSystem; nth: number }
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

type Kind = (random: Random) => Omit<CrashPoint, 'name'>

/** The kinds of moments by scenario, the telling ones first; each call of one gives another place of its kind. */
const KINDS: Record<Scenario['name'], readonly Kind[]> = {
  records: [
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
  ],
  person: [
    (random) => ({ flow: 'person', gate: { name: 'before the commit of a batch', nth: pick(random, 60) } }),
    (random) => ({ flow: 'person', gate: { name: 'between postponing people and saying so', nth: pick(random, 4) } }),
    (random) => ({ flow: 'person', frozen: true, gate: { name: 'before the commit of a batch', nth: pick(random, 50) } }),
    (random) => ({ flow: 'person', gate: { name: 'in the middle of copying people', nth: pick(random, 150) } }),
    (random) => ({ flow: 'person', gate: { name: 'between a commit and the ledger', nth: pick(random, 6) } }),
    (random) => ({ flow: 'person', held: { system: 'person-task', nth: pick(random, 30) } }),
    (random) => ({ flow: 'person', gate: { name: 'in the middle of deleting people', nth: pick(random, 15) } }),
    (random) => ({ flow: 'person', gate: { name: 'in the middle of curating people', nth: pick(random, 3000) } }),
    (random) => ({ flow: 'person', held: { system: random() < 0.5 ? 'sap' : 'vds', nth: 1 } }),
    (random) => ({ flow: 'person', held: { system: 'peoplesoft', nth: 1 + pick(random, 200) } }),
    (random) => ({ flow: 'person', frozen: true, held: { system: 'person-task', nth: pick(random, 30) } }),
    (random) => ({ flow: 'person', gate: { name: 'in the middle of noting other populations', nth: pick(random, 10) } }),
    () => ({ flow: 'person', ended: true, gate: { name: 'between the end of a run and its outcome', nth: 1 } }),
    (random) => ({ flow: 'person', afterMs: 50 + Math.floor(random() * 2000) }),
  ],
}

/** `count` moments of a scenario, the same for the same seed. */
export function choosePoints(scenario: Scenario, count: number, seed: number): CrashPoint[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, i) => {
    const kinds = KINDS[scenario.name]
    const make = kinds[i % kinds.length]
    const point = make ? make(random) : { flow: 'course' as const, afterMs: 500 }
    return { ...point, name: inWords(point) }
  })
}

function inWords({ flow, frozen, gate, held, afterMs }: Omit<CrashPoint, 'name'>): string {
  const how = frozen === true ? 'frozen' : 'killed'
  if (gate) return `${flow}: ${how} ${gate.name} (${gate.nth})`
  if (held) return `${flow}: ${how} while ${held.system} is being asked (${held.nth})`
  return `${flow}: ${how} ${afterMs} ms after its run began`
}
