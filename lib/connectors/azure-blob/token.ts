import { entraToken } from '#lib/connectors/kit/azure/entra.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { AzureBlobSettings } from './settings.ts'

/** A token of Entra for the storage of the account. Throws in words where there is none for us. */
export function requestToken(connection: Connection<AzureBlobSettings>): ReturnType<typeof entraToken> {
  return entraToken(connection, 'https://storage.azure.com/')
}
