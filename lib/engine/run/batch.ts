/** Cuts an iterable into arrays whose weights add up to at most `limit`; one item that is heavier stands alone. */
export async function* batchByWeight<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  weightOf: (item: T) => number,
): AsyncGenerator<T[], void, undefined> {
  if (!(limit > 0)) throw new RangeError(`a batch needs a limit above 0, not ${limit}`)
  let current: T[] = []
  let weight = 0
  for await (const item of items) {
    const more = weightOf(item)
    if (current.length > 0 && weight + more > limit) {
      yield current
      current = []
      weight = 0
    }
    current.push(item)
    weight += more
  }
  if (current.length > 0) yield current
}

/** Cuts an iterable into arrays of `size`; the last one may be shorter, none is empty. */
export async function* batch<T>(items: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`a batch needs a size of at least 1, not ${size}`)
  let current: T[] = []
  for await (const item of items) {
    current.push(item)
    if (current.length < size) continue
    yield current
    current = []
  }
  if (current.length > 0) yield current
}
