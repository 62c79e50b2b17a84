import type { WideEncoding } from '#lib/domain/values/landed-text.ts'

const MARKS: readonly [encoding: 'utf-8' | WideEncoding, mark: string][] = [
  // Begins as that of UTF-16 does, so it is asked first.
  ['utf-32le', 'fffe0000'],
  ['utf-32be', '0000feff'],
  ['utf-8', 'efbbbf'],
  ['utf-16le', 'fffe'],
  ['utf-16be', 'feff'],
]

/** The encoding that a text's mark of byte order names, and how long the mark is; null: it has none. */
export function textMark(head: Buffer): { encoding: 'utf-8' | WideEncoding; bytes: number } | null {
  const digits = head.toString('hex', 0, 4)
  const [encoding, mark = ''] = MARKS.find(([, known]) => digits.startsWith(known)) ?? []
  return encoding === undefined ? null : { encoding, bytes: mark.length / 2 }
}
