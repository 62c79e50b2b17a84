import { RECORD_BYTES_MAX } from '#lib/catalogue/schema/landing.ts'
import type { FileSession, StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { parseJson } from '#lib/domain/values/json.ts'
import { shortText } from '#lib/domain/values/short-text.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { FileRecord, placeInWords } from '#lib/records/file-record.ts'
import { LandedReading } from '#lib/records/landed/landed-reading.ts'
import { UnusableRecord } from '#lib/records/unusable-record.ts'
import { chooseFiles } from './choose-files.ts'
import { type Place, placeOf, prefixOf } from './place.ts'
import { type StoreExtractRequest, storeExtractRequest } from './settings.ts'

const FILES_MAX = 100_000
const NAME_MAX = 200

interface FileStore {
  connection: { key: string }
  session: Required<Pick<FileSession, 'files' | 'openFile'>>
}

/**
 * The records of all files that a request means, file by file in the order of their keys, each as it was when they were listed. Throws, to be asked again,
 * where one of them was replaced or removed since: two states of a place are never mixed.
 */
export async function* extractFiles(
  { connection, session }: FileStore,
  input: Record<string, unknown>,
  signal?: AbortSignal,
): AsyncGenerator<FileRecord | UnusableRecord> {
  const { path, ...request } = storeExtractRequest.parse(input)
  if (path === undefined) {
    const publicMessage = `What to read from ${connection.key} is not clear: there is no path.`
    throw new TidemarkError('invalid', { publicMessage })
  }
  const place = placeOf(path)
  const listed = await listAll(session.files(path, signal), path)
  const files = listed.length > 0 ? chooseFiles(listed, prefixOf(place), request) : fileItself(place, request)
  for (const file of files) yield* recordsOf({ connection, session }, file, request, signal)
}

async function listAll(files: AsyncIterable<StoredFile>, path: string): Promise<StoredFile[]> {
  const listed: StoredFile[] = []
  for await (const file of files) {
    listed.push(file)
    if (listed.length <= FILES_MAX) continue
    const publicMessage = `There are more than ${formatCount(FILES_MAX)} files below ${path}: too many to read at once. Name a deeper path.`
    throw new TidemarkError('invalid', { publicMessage })
  }
  return listed
}

/** Nothing lies below it: then it may be a file. */
function fileItself({ bucket, key }: Place, { match, folder, complete }: StoreExtractRequest): WantedFile[] {
  return key === '' || [match, folder, complete].some((one) => one !== undefined) ? [] : [{ bucket, key, version: null }]
}

async function* recordsOf(
  { connection, session }: FileStore,
  wanted: WantedFile,
  { as, encoding, delimiter, limits }: StoreExtractRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<FileRecord | UnusableRecord> {
  const { bucket, key } = wanted
  const what = `The file ${shortText(toShownText(key), NAME_MAX)} (${connection.key})`
  const bytes = asListed(what, wanted, () => session.openFile(wanted, signal))
  const format = { as, encoding, delimiter, unpackedBytesMax: limits?.unpacked, recordBytesMax: limits?.record ?? RECORD_BYTES_MAX }
  for await (const records of new LandedReading({ what, name: key, bytes }, format).records()) {
    for (const record of records) {
      const at = { bucket, key, line: record.line }
      yield 'reason' in record ? new UnusableRecord(placeInWords(at), record.reason) : new FileRecord(at, parseJson(record.document))
    }
  }
}

/** The content of a file in the version that was listed; one that is not there any more ends the whole reading. */
async function* asListed(
  what: string,
  { version }: WantedFile,
  open: () => Promise<{ bytes: AsyncIterable<Uint8Array> }>,
): AsyncGenerator<Uint8Array> {
  let isOpen = false
  try {
    const { bytes } = await open()
    isOpen = true
    yield* bytes
  } catch (error) {
    if (!isTidemarkError(error) || error.code !== 'not-found') throw error
    // No listing told of it: a place where nothing is yet.
    if (version === null && !isOpen) return
    const publicMessage = `${what} was replaced or removed after the files were listed. All of them have to be read again.`
    throw new TidemarkError('unavailable', { publicMessage, message: error.message, cause: error, retryable: true })
  }
}
