import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { listFiles } from '#lib/connectors/kit/stores/list-files.ts'
import { openStore } from '#lib/connectors/kit/stores/open-store.ts'
import { copyBlob } from './copy-blob.ts'
import { AzureQueue, AzureQueueAccess } from './queue.ts'
import type { AzureBlobSettings } from './settings.ts'
import { AzureAccess, AzureStore, endOfSignature } from './store.ts'

/** A session of `azure-blob`, with all that it asks by. */
export function openAzureBlob(connection: Connection<AzureBlobSettings>): Session {
  const access = new AzureAccess(connection)
  const queue = new AzureQueueAccess(connection)
  const { containers, queue: address, sas } = connection.settings
  return openStore<AzureStore, AzureBlobSettings>(connection, {
    named: containers,
    strength: 'weak',
    credentialExpiresAt: endOfSignature(sas),
    store: (on) => new AzureStore(on, access),
    queue: address === undefined ? null : (on) => new AzureQueue(on, queue),
    files: listFiles,
    copy: (store, file, to, on) => copyBlob(on, store, file, to),
  })
}
