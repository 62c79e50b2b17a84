import type { Shape } from '#lib/domain/contracts/shape.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** Where a file of an inbox is. Gone: it was replaced or removed in its store before it was read. */
export const FILE_STATES = ['arrived', 'taken', 'landed', 'failed', 'gone'] as const
export type FileState = (typeof FILE_STATES)[number]

/** A file of an inbox as a run carries it over. */
export interface InboxFile {
  /** The key of the connection that opens it. */
  source: string
  bucket: string
  key: string
  /** Null: nobody told it; the one that is there now is meant. */
  version: string | null
  bytes: number | null
  modifiedAt: Instant | null
}

/** What came of carrying a file over. */
export interface LandedCounts {
  rows: number
  rejected: number
  /** Of the file as it is stored. */
  bytes: number
  encoding: string
  /** Bytes that could not be read as written, in an encoding that nobody declared. */
  changedBytes: number
  /** Absent: it landed before shapes were counted. */
  shape?: Shape
}

/** What became of files in earlier attempts of a run, whose workers were lost or stopped. */
export interface EarlierFiles {
  /** The sums of those that have landed. */
  landed: number
  rows: number
  rejected: number
  changedBytes: number
  failed: number
  gone: number
  /** Those that wait for their next try, and why the last one that did not land did not; '' where all have landed. */
  waiting: string[]
  lastReason: string
}

export const NO_EARLIER_FILES: EarlierFiles = {
  ...{ landed: 0, rows: 0, rejected: 0, changedBytes: 0, failed: 0, gone: 0 },
  ...{ waiting: [], lastReason: '' },
}

const DERIVED = '~'
/** For SQL's `like`: the marks of files of which neither a version nor a time was told. */
export const UNDATED_MARKS = `${DERIVED}%@`

/** What tells a file from others under its key: its version, else its length and time, as far as they are known. */
export function markOfVersion(told: { version: string | null; bytes: number | null; at: Instant | null }): string {
  return told.version ?? `${DERIVED}${told.bytes ?? ''}@${told.at === null ? '' : new Date(told.at).toISOString()}`
}

/** The version by which a store knows a file; null where nobody told one. */
export function versionOfMark(mark: string): string | null {
  return mark.startsWith(DERIVED) ? null : mark
}

/** So often a file is tried before it has failed. */
export const FILE_TRIES_MAX = 5

const PAUSES_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS]

/** How long a file waits that was tried so often without success; null: it has failed. */
export function pauseBeforeTry(tries: number): number | null {
  return tries >= FILE_TRIES_MAX ? null : (PAUSES_MS[Math.max(0, tries - 1)] ?? DAY_MS)
}

/** Whether a file lies below a place, `<bucket>/<prefix>`, and the path below it; null where it does not. */
export function pathBelow(place: string, { bucket, key }: Pick<InboxFile, 'bucket' | 'key'>): string | null {
  const path = bucket === '' ? key : `${bucket}/${key}`
  if (place === '') return path
  return path.startsWith(`${place}/`) ? path.slice(place.length + 1) : null
}
