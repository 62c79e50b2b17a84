import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import type { FileSession, StoredFile, ToldFiles } from '#lib/connectors/kit/files.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { discoverFolders } from './discover-folders.ts'
import { extractFiles } from './extract-files.ts'
import { observeStore } from './observe-store.ts'
import { openWhole } from './open-whole.ts'
import type { Store } from './store.ts'

/** A queue that is told of files. */
export interface StoreQueue {
  /** About how many messages wait. */
  waiting(): Promise<number>
  /** What waits now. */
  messages(): AsyncIterable<ToldFiles>
}

/** What a connector brings; `on` is its connection as one question sees it. */
export interface StoreParts<C, S extends Store> {
  /** The buckets that its settings name. */
  named: readonly string[] | undefined
  /** What the store's own time of a file is worth. */
  strength: 'strong' | 'weak'
  credentialExpiresAt?: Instant | null
  store(on: C): S
  /** null: it has none. */
  queue: ((on: C) => StoreQueue) | null
  files(store: S, where: string): AsyncIterable<StoredFile>
  copy(store: S, file: StoredFile, to: string, on: C): Promise<StoredFile>
}

/** A session with what keeps files in buckets. */
export function openStore<S extends Store, T extends { timeout: number }>(
  connection: Connection<T>,
  { named, strength, credentialExpiresAt = null, store, queue, files, copy }: StoreParts<Connection<T>, S>,
): Session {
  const on = (signal?: AbortSignal) => forQuestion(connection, signal)
  const reading: Required<Pick<FileSession, 'files' | 'openFile'>> = {
    files: (where, signal) => files(store(on(signal)), where),
    openFile: (file, signal) => openWhole(on(signal), store(on(signal)), file),
  }
  return {
    check: () =>
      checked(connection, async () => ({ detail: await lookIn(store(connection), named, queue?.(connection)), credentialExpiresAt })),
    async *discover() {
      const whole = store(connection)
      yield* discoverFolders(whole, await whole.buckets())
    },
    observe: (assets) => observeStore(connection, store(connection), assets, strength),
    ...reading,
    extract: (request, signal) => extractFiles({ connection, session: reading }, request, signal),
    copyFile: (file, to, signal) => copy(store(on(signal)), file, to, on(signal)),
    ...(queue !== null && { fileMessages: (signal?: AbortSignal) => queue(on(signal)).messages() }),
  }
}

const NAMED_MAX = 5

/** Whether we get into a store, into those buckets of it that are named, and to its queue; in words, or it throws. */
async function lookIn(store: Store, named: readonly string[] | undefined, queue: StoreQueue | undefined): Promise<string> {
  for (const bucket of named ?? []) for await (const _ of store.pages(bucket, '', { perPage: 1 })) break
  const names = await store.buckets()
  const more = names.length > NAMED_MAX ? ' and more' : ''
  const listed =
    names.length === 0 ? 'We get in, and nothing is there for us' : `We may look into ${names.slice(0, NAMED_MAX).join(', ')}${more}`
  return queue === undefined ? `${listed}.` : `${listed}; about ${counted(await queue.waiting(), 'message')} in the queue.`
}
