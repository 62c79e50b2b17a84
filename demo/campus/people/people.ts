import { seededRandom } from '#demo/campus/courses/courses.ts'
import { termsAround } from '#demo/campus/courses/terms.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { PeopleChanges, Population } from './changes.ts'
import { personDocument } from './document.ts'
import type { SentTerm } from './facts.ts'
import { buidOf, indexOf, placeOf } from './ids.ts'

export interface TermRow extends SentTerm {
  CAMPUS_ID: string
}

const ROSTER: readonly [share: number, populations: readonly Population[]][] = [
  [0.8, ['student']],
  [0.84, ['student', 'employee']],
  [0.91, ['employee']],
  [0.95, ['employee', 'faculty']],
  [0.96, ['student', 'employee', 'faculty']],
  [0.99, ['affiliate']],
  [1, ['student', 'affiliate']],
]
/** Terms of students by share; about 2.9 on average, and a few have none yet. */
const TERMS_OF: readonly [share: number, count: number][] = [
  [0.02, 0],
  [0.18, 1],
  [0.38, 2],
  [0.62, 3],
  [0.83, 4],
  [1, 5],
]

/** The invented people: who they are follows from seed, place and changes; nothing is kept. */
export class People {
  readonly count: number
  readonly changes: PeopleChanges
  readonly #seed: number
  readonly #clock: Clock
  #terms: { day: number; codes: string[] } = { day: -1, codes: [] }

  constructor(options: { count: number; seed: number; clock: Clock; changes: PeopleChanges }) {
    this.count = options.count
    this.changes = options.changes
    this.#seed = options.seed
    this.#clock = options.clock
  }

  find(buid: string): number | undefined {
    const index = indexOf(buid)
    return index === undefined || index >= this.count || this.changes.isRemoved(index) ? undefined : index
  }

  populationsOf(index: number): readonly Population[] {
    const place = placeOf(index, 'roster', this.#seed)
    return this.changes.populationsOf(index) ?? ROSTER.find(([share]) => place < share)?.[1] ?? ['student']
  }

  *of(population: Population): Generator<number> {
    for (const index of this.everybody()) if (this.populationsOf(index).includes(population)) yield index
  }

  *everybody(): Generator<number> {
    for (let index = 0; index < this.count; index += 1) if (!this.changes.isRemoved(index)) yield index
  }

  termRows(index: number): TermRow[] {
    if (!this.populationsOf(index).includes('student')) return []
    const place = placeOf(index, 'terms', this.#seed)
    const count = TERMS_OF.find(([share]) => place < share)?.[1] ?? 0
    const career = place * 7 - Math.floor(place * 7) < 0.75 ? 'UGRD' : 'GRAD'
    return this.#pastTerms()
      .slice(0, count)
      .map((strm) => ({ CAMPUS_ID: buidOf(index), ACAD_CAREER: career, STRM: strm }))
  }

  facultyTerms(index: number): { EMPLID: string; STRM: string }[] {
    if (!this.populationsOf(index).includes('faculty')) return []
    return this.#pastTerms()
      .slice(0, 1 + (index % 3))
      .map((strm) => ({ EMPLID: buidOf(index), STRM: strm }))
  }

  /** A person's document as a pipeline makes it from the terms it was sent: poorer without them. */
  documentOf(index: number, terms: readonly SentTerm[], facultyTerms: readonly string[] = []): Record<string, unknown> {
    return personDocument({
      buid: buidOf(index),
      index,
      seed: this.#seed,
      populations: this.populationsOf(index),
      versions: this.changes.versionsOf(index),
      terms,
      facultyTerms,
    })
  }

  isUnlucky(index: number, share: number): boolean {
    return seededRandom(this.#seed, 'luck', index)() < share
  }

  #pastTerms(): string[] {
    const now: Instant = this.#clock.now()
    const day = Math.floor(now / DAY_MS)
    if (this.#terms.day !== day) {
      const { terms, current } = termsAround(now, 12)
      const codes = terms.filter((term) => term.begin <= current.begin).map((term) => term.strm)
      this.#terms = { day, codes: codes.reverse() }
    }
    return this.#terms.codes
  }
}
