import type { AskedPerson, BatchShare } from './sources/source.ts'

/** Cuts people into batches of one kind whose weights add up to at most that kind's limit; somebody heavier stands alone. A batch is
 * handed on as soon as the next person does not fit, the rest at the end. */
export async function* batchesOf(
  people: AsyncIterable<AskedPerson>,
  shareOf: (person: AskedPerson) => BatchShare,
): AsyncGenerator<AskedPerson[], void, undefined> {
  const open = new Map<string, { batch: AskedPerson[]; weight: number }>()
  for await (const person of people) {
    const { kind, weight, limit } = shareOf(person)
    const current = open.get(kind)
    if (current !== undefined && current.weight + weight <= limit) {
      current.batch.push(person)
      current.weight += weight
      continue
    }
    open.set(kind, { batch: [person], weight })
    if (current !== undefined) yield current.batch
  }
  for (const { batch } of open.values()) yield batch
}
