/** Values handed from several producers to one reader, in the order they come. */
export interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void
  /** No more will come; with an error the reader gets it after what is waiting. */
  close(error?: unknown): void
}

/** Makes a channel; it is unbounded, so producers must have few values under way. */
export function createChannel<T>(): Channel<T> {
  const waiting: T[] = []
  let closed = false
  let failure: unknown
  let wake: () => void = () => {}
  return {
    push(value) {
      waiting.push(value)
      wake()
    },
    close(error) {
      closed = true
      failure ??= error
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const batch = waiting.splice(0)
        yield* batch
        if (waiting.length > 0) continue
        if (closed) break
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (failure !== undefined) throw failure
    },
  }
}
