/** The beginning of an answer, and the answer still whole: for telling what it is before reading it. */
export interface Peeked {
  start: string
  /** Closing it closes the source, also before anything was taken. */
  chunks: Required<Pick<AsyncIterableIterator<Uint8Array>, 'next' | 'return' | typeof Symbol.asyncIterator>>
}

/** Reads until `length` characters that are not white space in front are known, or the end. */
export async function peekStart(source: AsyncIterable<Uint8Array>, length: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  let start = ''
  while (start.length < length) {
    const next = await iterator.next()
    if (next.done) break
    read.push(next.value)
    start = Buffer.concat(read).toString('utf8').trimStart()
  }
  const chunks: Peeked['chunks'] = {
    [Symbol.asyncIterator]: () => chunks,
    async next() {
      const first = read.shift()
      return first === undefined ? iterator.next() : { done: false, value: first }
    },
    async return() {
      await iterator.return?.()
      return { done: true, value: undefined }
    },
  }
  return { start: start.slice(0, length), chunks }
}
