import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { placeOf } from '#lib/connectors/kit/stores/place.ts'
import { noTarget, versionGone } from '#lib/connectors/kit/stores/told-file.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { AzureBlobSettings } from './settings.ts'
import type { AzureStore } from './store.ts'

/** A copy within one account is a matter of seconds, whatever its size; one that takes so long is given up. */
const COPY_MAX_MS = 60 * MINUTE_MS

/** Copies a blob within the account, which the account does by itself. A copy that stands there already is left alone. */
export async function copyBlob(
  { clock, signal }: Connection<AzureBlobSettings>,
  store: AzureStore,
  file: StoredFile,
  to: string,
): Promise<StoredFile> {
  const { bucket, key } = placeOf(to)
  if (key === '') throw new TidemarkError('invalid', { publicMessage: `"${to}" names no file to copy to.` })
  const there = await store.head(bucket, key)
  if (there !== null && isCopy(there, file) && there.file.modifiedAt > file.modifiedAt) return there.file
  const copyId = await begin(store, file, { bucket, key })
  const giveUpAt = clock.now() + COPY_MAX_MS
  for (let waitMs = SECOND_MS / 4; clock.now() < giveUpAt && !signal.aborted; waitMs = Math.min(waitMs * 2, 10 * SECOND_MS)) {
    const now = await store.head(bucket, key)
    if (now !== null && now.copyId === copyId && now.copyStatus !== 'pending') {
      if (isCopy(now, file)) return now.file
      throw refusedAnswer(store.system, `the copy of ${file.key} ended as ${now.copyStatus}`)
    }
    await clock.sleep(waitMs, signal)
  }
  throw new TidemarkError('timeout', { publicMessage: `${store.system} was not done with copying ${file.key} in time.`, retryable: true })
}

function isCopy({ file, copyStatus }: { file: StoredFile; copyStatus: string | undefined }, of: StoredFile): boolean {
  return file.bytes === of.bytes && (copyStatus === undefined || copyStatus === 'success')
}

async function begin(store: AzureStore, file: StoredFile, to: { bucket: string; key: string }): Promise<string | undefined> {
  const conditions = { sourceConditions: { ifMatch: `"${file.version}"` } }
  return store.ask(`copy to ${to.bucket}/${to.key}`, async (client, abortSignal) => {
    const source = client.getContainerClient(file.bucket).getBlobClient(file.key)
    const target = client.getContainerClient(to.bucket).getBlobClient(to.key)
    // The address of the source brings the shared access signature, where there is one.
    const poller = await target.beginCopyFromURL(source.url, { ...conditions, abortSignal }).catch((thrown: unknown) => {
      throw inWords(store, { file, to }, thrown)
    })
    const copyId: unknown = Reflect.get(poller.getOperationState(), 'copyId')
    return typeof copyId === 'string' ? copyId : undefined
  })
}

/** Tells a source that is gone from a target that is missing, by what the client throws. */
function inWords(store: AzureStore, { file, to }: { file: StoredFile; to: { bucket: string; key: string } }, thrown: unknown): unknown {
  const told = Object(thrown)
  const status: unknown = Reflect.get(told, 'statusCode')
  const code: unknown = Reflect.get(Object(Reflect.get(told, 'details')), 'errorCode') ?? Reflect.get(told, 'code')
  if (code === 'ContainerNotFound' || code === 'ContainerBeingDeleted') return noTarget(store.system, file.key, to)
  // With another status the source is there, and not for us.
  const isGone = status === 412 || code === 'BlobNotFound' || (code === 'CannotVerifyCopySource' && status === 404)
  return isGone ? versionGone(store.system, file.key) : thrown
}
