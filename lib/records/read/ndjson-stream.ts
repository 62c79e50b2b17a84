import { TidemarkError } from '#lib/domain/tidemark-error.ts'

const NEWLINE = 0x0a

/**
 * Reads lines of JSON one by one, so that an answer of any size costs the memory of its largest line. Blank lines are
 * passed over, the last one may lack its end. Throws when a line is longer than `lineBytesMax`; what a line holds is
 * for the caller to parse.
 */
export async function* streamLines(system: string, chunks: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<string> {
  let parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const line = toText([...parts, chunk.subarray(from, at)])
      parts = []
      bytes = 0
      from = at + 1
      if (line !== '') yield line
    }
    bytes += chunk.length - from
    if (bytes > lineBytesMax) throw tooLong(system, lineBytesMax)
    if (from < chunk.length) parts.push(chunk.subarray(from))
  }
  const last = toText(parts)
  if (last !== '') yield last
}

function toText(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString('utf8').trim()
}

function tooLong(system: string, bytesMax: number): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `${system} sent a line of more than ${bytesMax} bytes.` })
}
