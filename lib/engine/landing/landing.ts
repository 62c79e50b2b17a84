import { RECORD_BYTES_MAX, type WrittenLanding } from '#lib/catalogue/schema/landing.ts'
import type { OpenedFile, StoredFile } from '#lib/connectors/kit/files.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { LandedReading, type SeeRecord } from '#lib/records/landed/landed-reading.ts'
import type { FileOrigin } from './landing-row.ts'
import type { WhoseFailure } from './whose-failure.ts'

export type LandingContext = FlowContext<unknown>

/** A version of a file, and what becomes of it. */
export interface Landing extends FileOrigin {
  what: string
  written: WrittenLanding
  tolerance: number
  onRows: (rows: number) => void
  whose: WhoseFailure
}

/** Where the content of a file is read: its copy, where it was copied, and what its store says of it, where that was asked. */
export interface Whereabouts {
  stored: StoredFile | null
  copied: StoredFile | null
}

/** A file that is open, by the name its store has for that version. */
export interface OpenLanding {
  landing: Landing
  opened: OpenedFile
  modifiedAt: number
}

/** Opens the content of a file. A store that keeps versions calls one by two names: what counts is what it says itself. */
export async function openLanding(ctx: LandingContext, told: Landing, { stored, copied }: Whereabouts): Promise<OpenLanding> {
  const opened = await told.whose.ofFile(() => ctx.connect(told.source).openFile(copied ?? told))
  const { version, modifiedAt } = stored ?? opened.file
  return { landing: { ...told, version }, opened, modifiedAt }
}

/** Copies or writes elsewhere: a target that is not there says nothing of the file, which is tried again. */
export async function ofTarget<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isTidemarkError(error) || error.code !== 'not-found') throw error
    throw new TidemarkError('unavailable', { publicMessage: error.publicMessage, message: error.message, cause: error })
  }
}

/** Hangs up without reading on: only what was begun can be ended. */
export async function leave<T>({ bytes }: OpenedFile, result: T): Promise<T> {
  for await (const _ of bytes) break
  return result
}

/** Reads a file as the catalogue says. */
export function readingOf({ what, key, written }: Landing, { bytes }: OpenedFile, see?: SeeRecord): LandedReading {
  const { as, encoding, delimiter, limits } = written
  const format = { as, encoding, delimiter, unpackedBytesMax: limits?.unpacked, recordBytesMax: limits?.record ?? RECORD_BYTES_MAX }
  return new LandedReading({ what, name: key, bytes }, format, see)
}
