import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { listFiles } from '#lib/connectors/kit/stores/list-files.ts'
import { isFolderMark, placeOf, prefixOf } from '#lib/connectors/kit/stores/place.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { S3Store } from './store.ts'

/** The files below a place, each with the version by which an event would name it: where a bucket keeps versions, its id. */
export async function* listWithVersions(store: S3Store, where: string): AsyncGenerator<StoredFile> {
  const place = placeOf(where)
  if (await keepsVersions(store, place.bucket)) yield* latest(store, place.bucket, prefixOf(place))
  else yield* listFiles(store, where)
}

async function keepsVersions(store: S3Store, bucket: string): Promise<boolean> {
  try {
    const answer = await store.ask(`ask whether ${bucket} keeps versions`, ({ client, sdk, signal }) =>
      client.send(new sdk.GetBucketVersioningCommand({ Bucket: bucket }), { abortSignal: signal }),
    )
    return answer.Status === 'Enabled' || answer.Status === 'Suspended'
  } catch (error) {
    // Other makers' stores that know no versions.
    if (isTidemarkError(error) && [400, 405, 501].includes(error.status ?? 0)) return false
    throw error
  }
}

interface Marker {
  KeyMarker?: string
  VersionIdMarker?: string
}

async function* latest(store: S3Store, bucket: string, prefix: string): AsyncGenerator<StoredFile> {
  for (let from: Marker | null = {}; from !== null; ) {
    const marker: Marker = from
    const answer = await store.ask(`list the versions in ${bucket}/${prefix}`, ({ client, sdk, signal }) =>
      client.send(new sdk.ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ...marker }), {
        abortSignal: signal,
      }),
    )
    const { Versions = [], EncodingType } = answer
    from = markerAfter(store, marker, answer)
    for (const { Key, VersionId: versionId, IsLatest, ...told } of Versions) {
      const key = store.decoded(Key ?? '', EncodingType)
      if (IsLatest !== true || isFolderMark(key)) continue
      yield store.file({ bucket, key, etag: told.ETag, bytes: told.Size, lastModified: told.LastModified, versionId })
    }
  }
}

/** Where the next page begins; null: there is none. */
function markerAfter(store: S3Store, before: Marker, answer: ListObjectVersionsCommandOutput): Marker | null {
  const { IsTruncated, EncodingType, NextKeyMarker, NextVersionIdMarker } = answer
  if (IsTruncated === undefined) throw refusedAnswer(store.system, 'it is no listing')
  if (!IsTruncated) return null
  const key = NextKeyMarker === undefined ? undefined : store.decoded(NextKeyMarker, EncodingType)
  if (key === undefined || (key === before.KeyMarker && NextVersionIdMarker === before.VersionIdMarker))
    throw refusedAnswer(store.system, 'a listing goes on and does not say where')
  return { KeyMarker: key, ...(NextVersionIdMarker !== undefined && { VersionIdMarker: NextVersionIdMarker }) }
}
