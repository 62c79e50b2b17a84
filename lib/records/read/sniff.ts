/** The beginning of an answer, and the answer still whole: for telling what it is before reading it. */
export interface Sniffed {
  start: string
  /** Closing it closes the source, also before anything was taken. */
  chunks: Required<Pick<AsyncIterableIterator<Uint8Array>, 'next' | 'return' | typeof Symbol.asyncIterator>>
}

/** More white space in front than this is not kept: it may be all there is, and without end. */
const BLANK_BYTES_MAX = 65_536

/** Reads until `length` characters that are not white space in front are known, or the end. */
export async function sniffStart(source: AsyncIterable<Uint8Array>, length: number): Promise<Sniffed> {
  let start = ''
  let blank = 0
  const begun: Uint8Array[] = []
  const chunks = await sniffUntil(source, (piece) => {
    if (begun.length === 0 && toText([piece]) === '') {
      blank += piece.length
      return blank > BLANK_BYTES_MAX ? 'drop' : 'keep'
    }
    begun.push(piece)
    start = toText(begun)
    return start.length >= length ? 'enough' : 'keep'
  })
  return { start: start.slice(0, length), chunks }
}

function toText(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString('utf8').trimStart()
}

/** Reads until `length` bytes are known, or the end. */
export async function sniffBytes(source: AsyncIterable<Uint8Array>, length: number): Promise<{ head: Buffer; chunks: Sniffed['chunks'] }> {
  let head: Buffer = Buffer.alloc(0)
  const chunks = await sniffUntil(source, (piece) => {
    head = Buffer.concat([head, piece])
    return head.length >= length ? 'enough' : 'keep'
  })
  return { head: head.subarray(0, length), chunks }
}

async function sniffUntil(
  source: AsyncIterable<Uint8Array>,
  judge: (piece: Uint8Array) => 'drop' | 'keep' | 'enough',
): Promise<Sniffed['chunks']> {
  const iterator = source[Symbol.asyncIterator]()
  const read: Uint8Array[] = []
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    const verdict = judge(next.value)
    if (verdict !== 'drop') read.push(next.value)
    if (verdict === 'enough') break
  }
  const chunks: Sniffed['chunks'] = {
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
  return chunks
}
