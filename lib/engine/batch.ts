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
