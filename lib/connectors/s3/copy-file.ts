import type { CompletedPart } from '@aws-sdk/client-s3'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { placeOf } from '#lib/connectors/kit/stores/place.ts'
import { noTarget } from '#lib/connectors/kit/stores/told-file.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { S3Store, WhichVersion } from './store.ts'

/** What is copied in one request, which has to be done within the timeout of the connection: S3 itself would take 5 GiB. */
const PART_BYTES = 64 * 1024 ** 2
const PARTS_MAX = 10_000
const PARTS_AT_ONCE = 4
const GONE = new Set(['NoSuchKey', 'NoSuchVersion', 'PreconditionFailed', '412'])

interface Copy {
  file: StoredFile
  to: { bucket: string; key: string }
  source: { CopySource: string; CopySourceIfMatch?: string }
}

/** What may be copied in one piece, and how large the pieces of anything larger are. */
export interface CopySizes {
  oneCopyBytes: number
  partBytes: number
}

/** Copies a file within the store, in parts where it is large. A copy that stands there already is left alone. */
export async function copyFile(
  store: S3Store,
  file: StoredFile,
  to: string,
  sizes: CopySizes = { oneCopyBytes: PART_BYTES, partBytes: PART_BYTES },
): Promise<StoredFile> {
  const target = placeOf(to)
  if (target.key === '') throw new TidemarkError('invalid', { publicMessage: `"${to}" names no file to copy to.` })
  const there = await store.head(target.bucket, target.key)
  if (there !== null && there.bytes === file.bytes && there.modifiedAt > file.modifiedAt) return there
  await store.byVersion(file.version, (which) => {
    const copy = { file, to: target, source: sourceOf(file, which) }
    return file.bytes > sizes.oneCopyBytes ? copyInParts(store, copy, sizes.partBytes) : copyWhole(store, copy)
  })
  const copied = await store.head(target.bucket, target.key)
  if (copied?.bytes === file.bytes) return copied
  throw refusedAnswer(store.system, `the copy of ${file.key} is not what it is a copy of`)
}

function sourceOf({ bucket, key }: StoredFile, which: WhichVersion): Copy['source'] {
  const path = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  if ('IfMatch' in which) return { CopySource: path, CopySourceIfMatch: which.IfMatch }
  return { CopySource: `${path}?versionId=${encodeURIComponent(which.VersionId)}` }
}

async function copyWhole(store: S3Store, copy: Copy): Promise<void> {
  const { to, source } = copy
  await store.ask(`copy to ${to.bucket}/${to.key}`, ({ client, sdk, signal }) =>
    client
      .send(new sdk.CopyObjectCommand({ Bucket: to.bucket, Key: to.key, ...source }), { abortSignal: signal })
      .catch(inWords(store, copy)),
  )
}

async function copyInParts(store: S3Store, copy: Copy, partBytesMin: number): Promise<void> {
  const at = { Bucket: copy.to.bucket, Key: copy.to.key }
  const what = `copy to ${at.Bucket}/${at.Key}`
  const begun = await store.ask(what, ({ client, sdk, signal }) =>
    client.send(new sdk.CreateMultipartUploadCommand(at), { abortSignal: signal }).catch(inWords(store, copy)),
  )
  const { UploadId } = begun
  if (UploadId === undefined) throw refusedAnswer(store.system, 'it names no upload')
  try {
    const Parts = await copyParts(store, copy, UploadId, Math.max(partBytesMin, Math.ceil(copy.file.bytes / PARTS_MAX)))
    await store.ask(what, ({ client, sdk, signal }) =>
      client.send(new sdk.CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }), { abortSignal: signal }),
    )
  } catch (error) {
    // Parts that lie about cost money; what was cancelled leaves that to the bucket's own rules.
    await store
      .ask(what, ({ client, sdk, signal }) =>
        client.send(new sdk.AbortMultipartUploadCommand({ ...at, UploadId }), { abortSignal: signal }),
      )
      .catch(() => {})
    throw error
  }
}

async function copyParts(store: S3Store, copy: Copy, UploadId: string, partBytes: number): Promise<CompletedPart[]> {
  const { file, to, source } = copy
  const numbers = Array.from({ length: Math.ceil(file.bytes / partBytes) }, (_, i) => i + 1)
  const parts: CompletedPart[] = []
  const waiting = numbers.values()
  const work = async () => {
    for (const PartNumber of waiting) {
      const from = (PartNumber - 1) * partBytes
      const CopySourceRange = `bytes=${from}-${Math.min(from + partBytes, file.bytes) - 1}`
      const { CopyPartResult } = await store.ask(`copy to ${to.bucket}/${to.key}`, ({ client, sdk, signal }) =>
        client
          .send(new sdk.UploadPartCopyCommand({ Bucket: to.bucket, Key: to.key, UploadId, PartNumber, CopySourceRange, ...source }), {
            abortSignal: signal,
          })
          .catch(inWords(store, copy)),
      )
      if (CopyPartResult?.ETag === undefined) throw refusedAnswer(store.system, 'it does not tell the part that was copied')
      parts.push({ PartNumber, ETag: CopyPartResult.ETag })
    }
  }
  await Promise.all(Array.from({ length: PARTS_AT_ONCE }, work))
  return parts.sort((one, other) => (one.PartNumber ?? 0) - (other.PartNumber ?? 0))
}

/** Tells a source that is gone from a target that is missing, by what the client throws. */
function inWords(store: S3Store, { file, to }: Copy): (thrown: unknown) => never {
  return (thrown) => {
    const name = String(Reflect.get(Object(thrown), 'name'))
    if (name === 'NoSuchBucket') throw noTarget(store.system, file.key, to)
    if (!GONE.has(name)) throw thrown
    const publicMessage = `${store.system} does not have ${file.key} in that version any more, so it was not copied.`
    throw new TidemarkError('not-found', { publicMessage, lasting: 'gone' })
  }
}
