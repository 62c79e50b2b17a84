import { z } from 'zod'
import { buidOf, indexOf } from './ids.ts'

export const POPULATIONS = ['student', 'employee', 'affiliate', 'faculty'] as const
export type Population = (typeof POPULATIONS)[number]

/** What may change of a person. `sensitive`: only what nobody may keep; `order`: only the order of e-mails and phones. */
export const ASPECTS = ['contact', 'name', 'grades', 'position', 'sensitive', 'order'] as const
type Aspect = (typeof ASPECTS)[number]

export const PICK = z.object({
  count: z.int().min(0).optional(),
  share: z.number().min(0).max(1).optional(),
  buids: z.array(z.string()).optional(),
})
export type Pick = z.infer<typeof PICK>

export type Versions = Partial<Record<Aspect, number>>

/** What happened to people since they were invented; takes memory for those only. */
export class PeopleChanges {
  readonly #total: number
  readonly #versions = new Map<number, Versions>()
  readonly #removed = new Set<number>()
  readonly #populations = new Map<number, readonly Population[]>()
  #round = 0

  constructor(total: number) {
    this.#total = total
  }

  change(pick: Pick, aspect: Aspect = 'contact'): string[] {
    return this.#each(pick, (index) => {
      const versions = this.#versions.get(index)
      this.#versions.set(index, { ...versions, [aspect]: (versions?.[aspect] ?? 0) + 1 })
    })
  }

  remove(pick: Pick): string[] {
    return this.#each(pick, (index) => this.#removed.add(index))
  }

  bringBack(buids: readonly string[]): void {
    for (const buid of buids) this.#removed.delete(indexOf(buid) ?? -1)
  }

  setPopulations(buid: string, populations: readonly Population[]): void {
    const index = indexOf(buid)
    if (index !== undefined) this.#populations.set(index, populations)
  }

  restore(): void {
    this.#versions.clear()
    this.#removed.clear()
    this.#populations.clear()
    this.#round = 0
  }

  versionsOf(index: number): Versions {
    return this.#versions.get(index) ?? {}
  }

  isRemoved(index: number): boolean {
    return this.#removed.has(index)
  }

  populationsOf(index: number): readonly Population[] | undefined {
    return this.#populations.get(index)
  }

  get size(): number {
    return this.#versions.size + this.#removed.size + this.#populations.size
  }

  // Spread over all people; every call takes others than the one before.
  #each(pick: Pick, act: (index: number) => void): string[] {
    const { count, share, buids } = pick
    const named = buids?.flatMap((buid) => indexOf(buid) ?? [])
    const wanted = Math.min(this.#total, count ?? Math.round(this.#total * (share ?? 0)))
    const indexes = named ?? Array.from({ length: wanted }, (_, n) => (Math.floor((n * this.#total) / wanted) + this.#round) % this.#total)
    this.#round += 1
    for (const index of indexes) act(index)
    return indexes.map(buidOf)
  }
}
