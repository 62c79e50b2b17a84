import type {
  BlobServiceClient,
  ContainerListBlobFlatSegmentResponse,
  ContainerListBlobHierarchySegmentResponse,
  ServiceListContainersSegmentResponse,
} from '@azure/storage-blob'
import { orNull, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import { askPatiently } from '#lib/connectors/kit/patience.ts'
import { SessionClient } from '#lib/connectors/kit/session.ts'
import { openedStream, whenClosed } from '#lib/connectors/kit/stores/opened-stream.ts'
import { isFolderMark } from '#lib/connectors/kit/stores/place.ts'
import type { ListingOptions, OpenedStream, Store, StorePage } from '#lib/connectors/kit/stores/store.ts'
import { toldFile, versionGone } from '#lib/connectors/kit/stores/told-file.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toAzureError } from './problems.ts'
import type { AzureBlobSettings } from './settings.ts'
import { requestToken } from './token.ts'

type Segment = ContainerListBlobFlatSegmentResponse | ContainerListBlobHierarchySegmentResponse

const PER_PAGE = 5_000

/** The client of one session: loaded when it asks the first question. */
export class AzureAccess extends SessionClient<BlobServiceClient> {
  constructor(connection: Connection<AzureBlobSettings>) {
    super(() => load(connection))
  }
}

async function load(connection: Connection<AzureBlobSettings>): Promise<BlobServiceClient> {
  const sdk = await import('@azure/storage-blob')
  const { url, sas } = connection.settings
  return new sdk.BlobServiceClient(withSignature(url, sas), credentialOf(connection, sdk), { retryOptions: { maxTries: 1 } })
}

/** An address with the shared access signature, where there is one. */
export function withSignature(url: string, sas: string | undefined): string {
  return sas === undefined ? url : `${url}?${sas.replace(/^\?/, '')}`
}

/** When a shared access signature ends, as it says itself; null: it does not say, or there is none. */
export function endOfSignature(sas: string | undefined): Instant | null {
  const at = Date.parse(new URLSearchParams(sas).get('se') ?? '')
  return Number.isNaN(at) ? null : at
}

/** What requests are signed with; both services' clients have a class of their own for a key. */
export function credentialOf<K, A>(
  connection: Connection<AzureBlobSettings>,
  sdk: { StorageSharedKeyCredential: new (account: string, key: string) => K; AnonymousCredential: new () => A },
): K | A | { getToken(): ReturnType<typeof requestToken> } {
  const { url, account, accountKey, sas } = connection.settings
  if (accountKey !== undefined) return new sdk.StorageSharedKeyCredential(account ?? accountIn(url), accountKey)
  return sas === undefined ? { getToken: () => requestToken(connection) } : new sdk.AnonymousCredential()
}

/** The account that an address names by its host, or, of what runs on one machine, by its path. */
function accountIn(url: string): string {
  const { hostname, pathname } = new URL(url)
  return /[a-z]/i.test(hostname) && hostname.includes('.') ? (hostname.split('.')[0] ?? '') : (pathname.split('/')[1] ?? '')
}

/** The blobs of an account, as one question sees them. */
export class AzureStore implements Store {
  readonly system: string
  readonly #connection: Connection<AzureBlobSettings>
  readonly #access: AzureAccess

  constructor(connection: Connection<AzureBlobSettings>, access: AzureAccess) {
    this.system = `Azure Blob (${connection.key})`
    this.#connection = connection
    this.#access = access
  }

  /** Asks by the client; `what` completes "does not let us …". */
  async ask<T>(
    what: string,
    send: (client: BlobServiceClient, abortSignal: AbortSignal) => Promise<T>,
    holds?: (answer: T, end: () => void) => void,
  ): Promise<T> {
    const client = await this.#access.client()
    const toError = (thrown: unknown) => toAzureError(this.system, what, thrown)
    return askPatiently(this.#connection, {
      system: this.system,
      toError,
      send: (signal) => send(client, signal),
      ...(holds && { holds }),
    })
  }

  async buckets(): Promise<string[]> {
    const { containers } = this.#connection.settings
    if (containers !== undefined) return containers
    const names: string[] = []
    for (let from: string | undefined; ; ) {
      const continuationToken = from
      const page: ServiceListContainersSegmentResponse | undefined = await this.ask(
        'list the containers (name them by containers, where that is not allowed)',
        async (client, abortSignal) => {
          const pages = client.listContainers({ abortSignal }).byPage(continuationToken === undefined ? {} : { continuationToken })
          return (await pages.next()).value
        },
      )
      if (page?.containerItems === undefined) throw refusedAnswer(this.system, 'it is no list of containers')
      names.push(...page.containerItems.map(({ name }) => name))
      if (!page.continuationToken) return names
      from = page.continuationToken
    }
  }

  async *pages(bucket: string, prefix: string, { isFlat = false, perPage = PER_PAGE }: ListingOptions = {}): AsyncGenerator<StorePage> {
    for (let from: string | undefined; ; ) {
      const at = { maxPageSize: perPage, ...(from !== undefined && { continuationToken: from }) }
      const page = await this.ask(`list ${bucket}/${prefix}`, async (client, abortSignal): Promise<Segment | undefined> => {
        const container = client.getContainerClient(bucket)
        const options = { prefix, includeMetadata: true, abortSignal }
        const pages = isFlat ? container.listBlobsByHierarchy('/', options).byPage(at) : container.listBlobsFlat(options).byPage(at)
        return (await pages.next()).value
      })
      if (page?.segment?.blobItems === undefined || page.containerName === undefined) throw refusedAnswer(this.system, 'it is no listing')
      yield this.#page(bucket, page)
      if (!page.continuationToken) return
      if (page.continuationToken === from) throw refusedAnswer(this.system, 'a listing goes on where it was')
      from = page.continuationToken
    }
  }

  #page(bucket: string, { segment }: Segment): StorePage {
    // With a hierarchical namespace a folder is listed as a blob that says so.
    const files = segment.blobItems.filter(({ name, metadata }) => !isFolderMark(name) && metadata?.['hdi_isfolder'] !== 'true')
    const folders: { name: string }[] = 'blobPrefixes' in segment ? (segment.blobPrefixes ?? []) : []
    return {
      files: files.map(({ name: key, properties: { etag, lastModified, contentLength: bytes } }) =>
        toldFile(this.system, { bucket, key, etag, lastModified, bytes }),
      ),
      folders: folders.map(({ name }) => name),
    }
  }

  /** What the account says of a file that is there now, and of a copy that is being made there; null: nothing. */
  async head(
    bucket: string,
    key: string,
  ): Promise<{ file: StoredFile; copyStatus: string | undefined; copyId: string | undefined } | null> {
    const asked = this.ask(`look at ${bucket}/${key}`, (client, abortSignal) =>
      client.getContainerClient(bucket).getBlobClient(key).getProperties({ abortSignal }),
    )
    const told = await orNull(asked)
    if (told === null) return null
    const { etag, lastModified, contentLength: bytes, copyStatus, copyId } = told
    return { file: toldFile(this.system, { bucket, key, etag, lastModified, bytes }), copyStatus, copyId }
  }

  async open({ bucket, key, version }: WantedFile, from: number): Promise<OpenedStream> {
    const conditions = version === null ? {} : { ifMatch: `"${version}"` }
    const answer = await this.ask(
      `read ${bucket}/${key}`,
      (client, abortSignal) =>
        client.getContainerClient(bucket).getBlobClient(key).download(from, undefined, { conditions, abortSignal, maxRetryRequests: 0 }),
      ({ readableStreamBody: stream }, end) => whenClosed(stream, end),
    ).catch((error: unknown) => {
      throw isTidemarkError(error) && (error.code === 'not-found' || error.status === 412) ? versionGone(this.system, key) : error
    })
    const { readableStreamBody, contentRange: range, contentLength, etag, lastModified } = answer
    const sent = { stream: readableStreamBody, range, bytes: contentLength }
    const { stream, bytes } = openedStream(this.system, sent, from, this.#connection.signal)
    return { file: toldFile(this.system, { bucket, key, etag, lastModified, bytes }), stream }
  }
}
