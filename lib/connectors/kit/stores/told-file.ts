import { gone, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** What a store says of a file, as far as it does. */
export interface ToldFile {
  bucket: string
  key: string
  etag: string | undefined
  bytes: number | undefined
  lastModified: Date | undefined
  versionId?: string | undefined
}

/** A file as its store tells of it; refused where that is not all. */
export function toldFile(system: string, { bucket, key, etag = '', bytes, lastModified, versionId }: ToldFile): StoredFile {
  const modifiedAt = lastModified?.getTime() ?? Number.NaN
  if (etag === '' || bytes === undefined || Number.isNaN(modifiedAt)) throw refusedAnswer(system, `what it says of ${key} is not all there`)
  return { bucket, key, version: versionId ?? etag.replaceAll('"', ''), bytes, modifiedAt }
}

/** That a store does not have a file any more in the version that was asked for. */
export function versionGone(system: string, key: string): TidemarkError {
  return gone(`${system} does not have ${key} in that version any more: it was replaced or removed.`)
}

/** That nothing can be copied to a place which is not there. The file itself is not gone, so that this is no `not-found`. */
export function noTarget(system: string, key: string, to: { bucket: string; key: string }): TidemarkError {
  return new TidemarkError('refused', {
    publicMessage: `${system} could not copy ${key} to ${to.bucket}/${to.key}: ${to.bucket} is not there. Make it, or correct "copy" in the catalogue.`,
    lasting: 'refused',
  })
}
