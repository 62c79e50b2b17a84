import type {
  GetObjectCommandOutput,
  HeadObjectCommandOutput,
  ListObjectsV2CommandOutput,
  S3Client,
  S3ClientConfig,
} from '@aws-sdk/client-s3'
import { orNull, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { askAws, awsClientConfig } from '#lib/connectors/kit/aws/client.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import { SessionClient } from '#lib/connectors/kit/session.ts'
import { openedStream, whenClosed } from '#lib/connectors/kit/stores/opened-stream.ts'
import { isFolderMark } from '#lib/connectors/kit/stores/place.ts'
import type { ListingOptions, OpenedStream, Store, StorePage } from '#lib/connectors/kit/stores/store.ts'
import { type ToldFile, toldFile, versionGone } from '#lib/connectors/kit/stores/told-file.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { S3Settings } from './settings.ts'

type Sdk = typeof import('@aws-sdk/client-s3')
/** The clients of one session: loaded when it asks the first question. */
export type S3Clients = { sdk: Sdk; client: S3Client }

const PER_PAGE = 1_000

/** What all questions of a session share. */
export class S3Access extends SessionClient<S3Clients> {
  constructor(connection: Connection<S3Settings>) {
    super(
      () => load(connection),
      ({ client }) => client.destroy(),
    )
  }
}

async function load(connection: Connection<S3Settings>): Promise<S3Clients> {
  const sdk = await import('@aws-sdk/client-s3')
  const { endpoint, pathStyle = endpoint !== undefined } = connection.settings
  const config: S3ClientConfig = {
    ...awsClientConfig(connection, systemOf(connection), (own) => new sdk.S3Client(own).config.credentials()),
    forcePathStyle: pathStyle,
    followRegionRedirects: true,
    // Sums of our own in every request are more than other makers' stores understand.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  }
  return { sdk, client: new sdk.S3Client(config) }
}

function systemOf({ key }: Connection<S3Settings>): string {
  return `S3 (${key})`
}

/** A version by its id; or by its ETag, so that the request fails where another one is there meanwhile. */
export type WhichVersion = { VersionId: string } | { IfMatch: string }

/** What a version string may be instead of a version's id. */
const ETAG = /^[0-9a-f]{32}(-\d+)?$/i

/** A store that speaks S3, as one question sees it. */
export class S3Store implements Store {
  readonly system: string
  readonly #connection: Connection<S3Settings>
  readonly #access: S3Access

  constructor(connection: Connection<S3Settings>, access: S3Access) {
    this.system = systemOf(connection)
    this.#connection = connection
    this.#access = access
  }

  /** Asks by the client; `what` completes "does not let us …". */
  async ask<T>(what: string, send: (at: S3Clients & { signal: AbortSignal }) => Promise<T>): Promise<T> {
    const clients = await this.#access.client()
    return askAws(this.#connection, { system: this.system, what }, (signal) => send({ ...clients, signal }))
  }

  async buckets(): Promise<string[]> {
    const { buckets } = this.#connection.settings
    if (buckets !== undefined) return buckets
    const answer = await this.ask('list the buckets (name them by buckets, where that is not allowed)', ({ client, sdk, signal }) =>
      client.send(new sdk.ListBucketsCommand({}), { abortSignal: signal }),
    )
    if (answer.Buckets === undefined && answer.Owner === undefined) throw refusedAnswer(this.system, 'it is no list of buckets')
    return (answer.Buckets ?? []).flatMap(({ Name }) => Name ?? [])
  }

  async *pages(bucket: string, prefix: string, { isFlat, perPage = PER_PAGE }: ListingOptions = {}): AsyncGenerator<StorePage> {
    const flat = isFlat === true && { Delimiter: '/' }
    for (let token: string | undefined; ; ) {
      const ContinuationToken = token
      const answer = await this.ask(`list ${bucket}/${prefix}`, ({ client, sdk, signal }) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            MaxKeys: perPage,
            EncodingType: 'url',
            ...flat,
            ...(ContinuationToken !== undefined && { ContinuationToken }),
          }),
          { abortSignal: signal },
        ),
      )
      yield this.#page(bucket, answer)
      if (answer.IsTruncated !== true) return
      if (answer.NextContinuationToken === undefined || answer.NextContinuationToken === token)
        throw refusedAnswer(this.system, 'a listing goes on and does not say where')
      token = answer.NextContinuationToken
    }
  }

  #page(bucket: string, answer: ListObjectsV2CommandOutput): StorePage {
    // Anything that is no listing is read as one of nothing.
    if (answer.IsTruncated === undefined) throw refusedAnswer(this.system, 'it is no listing')
    const { Contents = [], CommonPrefixes = [], KeyCount, EncodingType } = answer
    if (KeyCount !== undefined && KeyCount !== Contents.length + CommonPrefixes.length)
      throw refusedAnswer(this.system, 'a listing holds another number of files than it says')
    const text = (given = '') => this.decoded(given, EncodingType)
    const files = Contents.map(({ Key, ETag, Size, LastModified }) => {
      return { bucket, key: text(Key), etag: ETag, bytes: Size, lastModified: LastModified }
    })
    return {
      files: files.filter(({ key }) => !isFolderMark(key)).map((file) => this.file(file)),
      folders: CommonPrefixes.map(({ Prefix }) => text(Prefix)),
    }
  }

  /** A name in a listing: encoded, where the store did as it was asked. */
  decoded(text: string, encodingType: string | undefined): string {
    if (encodingType !== 'url') return text
    try {
      return decodeURIComponent(text.replaceAll('+', ' '))
    } catch {
      throw refusedAnswer(this.system, 'a name in a listing is not encoded as it says')
    }
  }

  file({ versionId, ...told }: ToldFile): StoredFile {
    // `null` is every content of a bucket whose versions are suspended.
    return toldFile(this.system, { ...told, versionId: versionId === 'null' ? undefined : versionId })
  }

  /** What the store says of a file that is there now; null: nothing. */
  async head(bucket: string, key: string): Promise<StoredFile | null> {
    const asked = this.ask(`look at ${bucket}/${key}`, ({ client, sdk, signal }) =>
      client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
    )
    const told = await orNull(asked)
    return told === null ? null : this.file({ ...ofAnswer(told), bucket, key, bytes: told.ContentLength })
  }

  async open({ bucket, key, version }: WantedFile, from: number): Promise<OpenedStream> {
    if (version === null) return this.#open(bucket, key, {}, from)
    return this.byVersion(version, (which) => this.#open(bucket, key, which, from))
  }

  /** Asks for one version of a file, which is an id or an ETag. */
  async byVersion<T>(version: string, ask: (which: WhichVersion) => Promise<T>): Promise<T> {
    const byTag = { IfMatch: `"${version}"` }
    if (ETAG.test(version)) return ask(byTag)
    try {
      return await ask({ VersionId: version })
    } catch (error) {
      // Other makers' ETags look like anything.
      if (!isTidemarkError(error) || error.status !== 400) throw error
      return ask(byTag)
    }
  }

  async #open(bucket: string, key: string, which: WhichVersion | Record<string, never>, from: number): Promise<OpenedStream> {
    const clients = await this.#access.client()
    const { sdk, client } = clients
    const range = from > 0 && { Range: `bytes=${from}-` }
    const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...which, ...range })
    const asking = {
      system: this.system,
      what: `read ${bucket}/${key}`,
      holds: ({ Body }: { Body?: unknown }, end: () => void) => whenClosed(Body, end),
    }
    const answer = await askAws(this.#connection, asking, async (signal) => client.send(command, { abortSignal: signal })).catch(
      (error: unknown) => {
        throw isGone(error) ? versionGone(this.system, key) : error
      },
    )
    const sent = { stream: answer.Body, range: answer.ContentRange, bytes: answer.ContentLength }
    const { stream, bytes } = openedStream(this.system, sent, from, this.#connection.signal)
    return { file: this.file({ ...ofAnswer(answer), bucket, key, bytes }), stream }
  }
}

function ofAnswer({ ETag: etag, LastModified: lastModified, VersionId: versionId }: HeadObjectCommandOutput | GetObjectCommandOutput) {
  return { etag, lastModified, versionId }
}

/** Not there, there in another version, or what is there in that version says that it was removed. */
function isGone(error: unknown): boolean {
  return isTidemarkError(error) && (error.code === 'not-found' || error.status === 412 || error.status === 405)
}
