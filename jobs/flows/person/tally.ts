import type { FlowContext } from '#lib/engine/flow.ts'
import type { Merged, PostponedPerson } from './store/person-store.ts'

const STAGES = ['terms', 'person', 'missing', 'load'] as const satisfies readonly PostponedPerson['stage'][]
type Stage = (typeof STAGES)[number]

/** Different reasons kept per stage; the page has room for few. */
const REASONS_MAX = 20

export class Tally {
  readonly terms = { asked: 0, found: 0, none: 0, failed: 0, rows: 0, waiting: 0 }
  readonly people = { batches: 0, asked: 0, returned: 0, missing: 0, failed: 0, 'empty objects': 0, 'not asked for': 0 }
  readonly load = { new: 0, changed: 0, 'back again': 0, unchanged: 0, refused: 0 }
  readonly more = { curated: 0, uncurated: 0, cleaned: 0, stripped: 0, duplicates: 0 }
  readonly #ctx: Pick<FlowContext<unknown>, 'count' | 'progress'>
  readonly #reasons = new Map<Stage, Map<string, number>>()
  readonly #postponed = new Map<Stage, number>()
  #done = 0
  #total = 0

  constructor(ctx: Pick<FlowContext<unknown>, 'count' | 'progress'>) {
    this.#ctx = ctx
  }

  expect(counts: Record<string, number>, total: number, done: number): void {
    this.#total = total
    this.#ctx.count('population', { ...counts, people: total, ...(done === 0 ? {} : { 'done before': done }) })
    this.done(done)
  }

  get total(): number {
    return this.#total
  }

  /** So many people are done, well or not. */
  done(people: number): void {
    this.#done += people
    this.#ctx.progress(this.#done, this.#total)
  }

  tell(stage: 'terms' | 'people' | 'load'): void {
    this.#ctx.count(stage, this[stage])
  }

  merged(batch: Merged): void {
    this.load.new += batch.fresh
    this.load.changed += batch.changed
    this.load['back again'] += batch.returned
    this.load.unchanged += batch.unchanged
    this.load.refused += batch.refused
    for (const key of ['curated', 'uncurated', 'cleaned', 'stripped', 'duplicates'] as const) this.more[key] += batch[key]
    if (batch.refused > 0) this.postponed('load', 'the lake refused the document', batch.refused)
    this.tell('load')
  }

  postponed(stage: Stage, reason: string, people: number): void {
    this.#postponed.set(stage, (this.#postponed.get(stage) ?? 0) + people)
    const reasons = this.#reasons.get(stage) ?? new Map<string, number>()
    this.#reasons.set(stage, reasons)
    if (reasons.has(reason) || reasons.size < REASONS_MAX) reasons.set(reason, (reasons.get(reason) ?? 0) + people)
  }

  get postponedCount(): number {
    return [...this.#postponed.values()].reduce((sum, count) => sum + count, 0)
  }

  get postponements(): { stage: Stage; people: number; reason: string }[] {
    return STAGES.flatMap((stage) => {
      const people = this.#postponed.get(stage) ?? 0
      const [most] = [...(this.#reasons.get(stage) ?? [])].toSorted(([, a], [, b]) => b - a)
      return people === 0 ? [] : [{ stage, people, reason: most?.[0] ?? '' }]
    })
  }
}
