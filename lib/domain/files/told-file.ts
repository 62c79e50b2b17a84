import { z } from 'zod'
import { parseEventTime } from '#lib/domain/push/event-schema.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A file that somebody tells of, its key decoded. */
export interface FileEvent {
  /** Bucket or container. */
  bucket: string
  /** As the store names it; never ends with "/". */
  key: string
  /** Version id, else ETag without quotes; null: not told. */
  version: string | null
  bytes: number | null
  /** When it was written. */
  at: Instant | null
  /** Orders the events of one key: hex, compared as if filled up with zeros at its end. */
  sequencer: string | null
  change: 'written' | 'removed'
}

const KEY_MAX = 2000
const NAME_MAX = 1024
const MISSING = 'is missing or not a text'

/** What no database and no file system can hold as part of a name. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

export const name = z
  .string(MISSING)
  .min(1, 'is empty')
  .max(NAME_MAX, `is longer than ${NAME_MAX} characters`)
  .refine(isStorable, 'holds characters that no name can have')

/** A key as it is. */
export const plainKey = z
  .string(MISSING)
  .min(1, 'is empty')
  .max(KEY_MAX, `is longer than ${KEY_MAX} characters`)
  .refine(isStorable, 'holds characters that no key can have')

export const bytesTold = z
  .number('is not a number')
  .int('is not a whole number')
  .min(0, 'is less than 0')
  .max(Number.MAX_SAFE_INTEGER, 'is too large')
  .nullish()
  .transform((given) => given ?? null)

/** A time that cannot be read tells nothing, and loses no file. */
export const timeTold = z
  .unknown()
  .optional()
  .transform((given) => (typeof given === 'string' ? parseEventTime(given) : null))

export const markTold = name
  .or(z.literal(''))
  .nullish()
  .transform((given) => (given === '' ? null : (given ?? null)))

/** What tells this content of a key from the next: a version where the store keeps them, else its ETag. */
export function versionOf(versionId: string | null, etag: string | null): string | null {
  // A bucket that kept versions once calls what it does not keep "null".
  if (versionId !== null && versionId !== 'null') return versionId
  return etag?.replace(/^(?:W\/)?"(.*)"$/, '$1') || null
}

/** A mark that stands for a folder, as consoles and tools write it, and no file. */
export function isFolderMark({ key }: Pick<FileEvent, 'key'>): boolean {
  return key.endsWith('/')
}
