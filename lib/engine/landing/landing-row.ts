import type { StoredFile } from '#lib/connectors/kit/files.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { JsonObject, JsonValue } from '#lib/domain/values/json.ts'
import { encodeValue } from '#lib/engine/lake/copy-in.ts'
import { uuidOf, uuidsWithin } from '#lib/records/landed/row-uuid.ts'

/** A version of a file, and the connection it comes from. */
export interface FileOrigin extends Pick<StoredFile, 'bucket' | 'key' | 'version'> {
  source: string
}

/** Names a version of a file: the same one on any machine and at any time. */
export function fileId({ source, bucket, key, version }: FileOrigin): string {
  return uuidOf(source, bucket, key, version)
}

interface RowStamp {
  modifiedAt: Instant
  loadedAt: Instant
  runId: string
}

/** Makes the lines of COPY for the records of one file. The uuid of a row is that of (bucket, key, version, line): a file that is read again gives the same. */
export function landingLines({ source, bucket, key, version }: FileOrigin, { modifiedAt, loadedAt, runId }: RowStamp) {
  const uuidAt = uuidsWithin(bucket, key, version)
  const toText = (at: Instant) => new Date(at).toISOString()
  const ofFile = [toText(modifiedAt), source, bucket, key, version].map(encodeValue).join('\t')
  const ofRun = `${toText(loadedAt)}\t${runId}\n`
  return ({ line, document }: { line: number; document: string }): string =>
    `${uuidAt(line)}\t${ofFile}\t${line}\t${encodeValue(document)}\t${ofRun}`
}

/** The same as rows of a table that takes them one by one; without what differs from try to try, so that all tries write the same. */
export function landingRows({ source, bucket, key, version }: FileOrigin, modifiedAt: Instant) {
  const uuidAt = uuidsWithin(bucket, key, version)
  const ofFile = { upload_date: new Date(modifiedAt).toISOString(), source, bucket, key, version }
  return (line: number, document: JsonValue): JsonObject => ({ uuid: uuidAt(line), ...ofFile, line, document })
}
