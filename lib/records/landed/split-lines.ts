import type { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatBytes } from '#lib/domain/wording/bytes.ts'
import { unusable } from '#lib/records/read/text-problems.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Lines that stand together, each with its end but for the last of a file. */
export interface LineBlock {
  bytes: Buffer
  isLast: boolean
}

/**
 * Cuts bytes into blocks of whole lines, so that a file of any size costs the memory of its largest line. A line ends with a newline, for
 * `isReturnEnd` also with a return alone. Throws when one is longer than `lineBytesMax`.
 */
export async function* lineBlocks(
  what: string,
  chunks: AsyncIterable<Uint8Array>,
  { lineBytesMax, isReturnEnd }: { lineBytesMax: number; isReturnEnd: boolean },
): AsyncGenerator<LineBlock> {
  let parts: Buffer[] = []
  let begunBytes = 0
  for await (const piece of chunks) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const end = Math.max(chunk.lastIndexOf(NEWLINE), isReturnEnd ? chunk.lastIndexOf(RETURN) : -1) + 1
    if (end > 0) {
      yield { bytes: parts.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...parts, chunk.subarray(0, end)]), isLast: false }
      parts = []
      begunBytes = 0
    }
    begunBytes += chunk.length - end
    if (begunBytes > lineBytesMax) throw tooLong(what, 'a line', lineBytesMax)
    if (end < chunk.length) parts.push(chunk.subarray(end))
  }
  if (begunBytes > 0) yield { bytes: Buffer.concat(parts), isLast: true }
}

/** Of one record that is larger than may be. */
export function tooLong(what: string, record: string, bytesMax: number): TidemarkError {
  return unusable(what, `${record} in it has more than ${formatBytes(bytesMax)}; raise "record" under "limits" if that is right`)
}
