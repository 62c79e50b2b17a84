const END = 0x06054b50
const END_BYTES = 22
const ENTRY = 0x02014b50
const ENTRY_BYTES = 46
const COMMENT_BYTES_MAX = 65_535
const UNKNOWN_16 = 0xffff
const UNKNOWN_32 = 0xffffffff

/** So much of an archive's end holds its directory, unless there are very many files in it. */
export const TAIL_BYTES = 262_144

export interface ZipEntry {
  name: string
  crc: number
  /** undefined: more than 4 GB. */
  bytes: number | undefined
  isEncrypted: boolean
}

/** What an archive says at its end of the files in it; undefined when that end is missing, so that the archive is not whole. */
export function readDirectory(tail: Buffer): ZipEntry[] | undefined {
  const end = endOf(tail)
  if (end === undefined) return undefined
  const count = tail.readUInt16LE(end + 10)
  const size = tail.readUInt32LE(end + 12)
  const isLarge = count === UNKNOWN_16 || size === UNKNOWN_32 || tail.readUInt32LE(end + 16) === UNKNOWN_32
  // Of a large archive the sizes stand elsewhere: its entries are then those that follow the first one found.
  let at = isLarge ? firstEntry(tail, end) : end - size
  const entries: ZipEntry[] = []
  while (at >= 0 && at + ENTRY_BYTES <= end && tail.readUInt32LE(at) === ENTRY) {
    const nameBytes = tail.readUInt16LE(at + 28)
    const bytes = tail.readUInt32LE(at + 24)
    entries.push({
      name: tail.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      crc: tail.readUInt32LE(at + 16),
      bytes: bytes === UNKNOWN_32 ? undefined : bytes,
      isEncrypted: (tail.readUInt16LE(at + 8) & 1) !== 0,
    })
    at += ENTRY_BYTES + nameBytes + tail.readUInt16LE(at + 30) + tail.readUInt16LE(at + 32)
  }
  return isLarge || entries.length === count ? entries : undefined
}

function endOf(tail: Buffer): number | undefined {
  const first = Math.max(0, tail.length - END_BYTES - COMMENT_BYTES_MAX)
  for (let at = tail.length - END_BYTES; at >= first; at -= 1) {
    if (tail.readUInt32LE(at) === END && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length) return at
  }
  return undefined
}

function firstEntry(tail: Buffer, end: number): number {
  const mark = Buffer.alloc(4)
  mark.writeUInt32LE(ENTRY)
  const found = tail.lastIndexOf(mark, end)
  return found
}
