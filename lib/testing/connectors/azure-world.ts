import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { QueueClient, StorageSharedKeyCredential as QueueCredential } from '@azure/storage-queue'
import { openAzureBlob } from '#lib/connectors/azure-blob/open.ts'
import type { AzureBlobSettings } from '#lib/connectors/azure-blob/settings.ts'
import azureBlob from '#lib/connectors/azure-blob.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { azurite } from '#lib/testing/servers/azurite.ts'
import { type RudeProxy, startRudeProxy } from '#lib/testing/servers/rude-proxy.ts'
import { inWorld } from './store-session.ts'

export interface AzureWorld extends ReturnType<typeof inWorld<AzureBlobSettings>> {
  clock: HurriedClock
  blobs: RudeProxy
  queues: RudeProxy
  /** The account itself, for what others do in it. */
  account: BlobServiceClient
  queue: QueueClient
  connection(settings?: Record<string, unknown>): Connection<AzureBlobSettings>
  put(container: string, key: string, content: string | Buffer, metadata?: Record<string, string>): Promise<void>
  close(): Promise<void>
}

/** Azurite behind proxies with bad manners, and connections to it; `name`: of the queue. */
export async function startAzureWorld(name: string): Promise<AzureWorld> {
  const { blobUrl, queueUrl, account: user, key } = await azurite()
  const clock = new HurriedClock(Date.parse('2026-11-20T07:00:00Z'))
  const [blobs, queues] = [await startRudeProxy(blobUrl), await startRudeProxy(queueUrl)]
  const account = new BlobServiceClient(blobUrl, new StorageSharedKeyCredential(user, key))
  const queue = new QueueClient(`${queueUrl}/${name}`, new QueueCredential(user, key))
  await queue.createIfNotExists()
  const connection: AzureWorld['connection'] = (settings = {}) => ({
    key: 'shop',
    settings: azureBlob.settings.parse({
      url: blobs.url,
      ...(settings['sas'] === undefined && { accountKey: key }),
      queue: `${queues.url}/${name}`,
      ...settings,
    }),
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return {
    clock,
    blobs,
    queues,
    account,
    queue,
    connection,
    ...inWorld(openAzureBlob, connection),
    async put(container, blob, content, metadata = {}) {
      const at = account.getContainerClient(container)
      await at.createIfNotExists()
      await at.getBlockBlobClient(blob).upload(content, Buffer.byteLength(content), { metadata })
    },
    async close() {
      await Promise.all([blobs.close(), queues.close()])
    },
  }
}
