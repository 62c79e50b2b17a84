import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { OpenedFile, StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toNetworkError } from '#lib/platform/http/errors.ts'
import type { OpenedStream, Store } from './store.ts'

/** So often in a row a stream is taken up where it was cut and brings nothing more. */
const VAIN_TRIES_MAX = 4
const CUTS_MAX = 200

type Reading = Pick<Store, 'system' | 'open'>
type Connected = Connection<{ timeout: number }>

/** Opens a file of a store: its content goes on where it was cut, as the same version, and is whole or an error. */
export async function openWhole(connection: Connected, store: Reading, wanted: WantedFile): Promise<OpenedFile> {
  const first = await store.open(wanted, 0)
  // Whoever never begins to read holds neither the line nor a place among the requests; who begins later takes it up like any other cut.
  const unread = setTimeout(() => first.stream.destroy(), connection.settings.timeout).unref()
  return { file: first.file, bytes: resumed(connection, store, first, unread) }
}

async function* resumed(connection: Connected, store: Reading, first: OpenedStream, unread: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  clearTimeout(unread)
  const progress = { file: first.file, done: 0 }
  let vain = 0
  for (let cuts = 0; ; cuts++) {
    const before = progress.done
    const failure = yield* untilCut(connection, store, progress, cuts === 0 ? first.stream : null)
    if (failure === null) return
    vain = progress.done > before ? 0 : vain + 1
    if (connection.signal.aborted || !failure.retryable || vain >= VAIN_TRIES_MAX || cuts >= CUTS_MAX) throw failure
    await connection.clock.sleep(Math.min(2 ** vain, 30) * SECOND_MS * 0.5, connection.signal)
  }
}

/** The pieces from where we are; in the end null, or why there are no more for now. */
async function* untilCut(
  connection: Connected,
  store: Reading,
  progress: { file: StoredFile; done: number },
  opened: OpenedStream['stream'] | null,
): AsyncGenerator<Uint8Array, TidemarkError | null> {
  const { file } = progress
  let stream = opened
  try {
    stream ??= (await store.open(file, progress.done)).stream
    for await (const piece of notSilent(store.system, stream, connection.settings.timeout)) {
      progress.done += piece.length
      if (progress.done > file.bytes) return otherLength(store, file)
      yield piece
    }
    return progress.done === file.bytes ? null : cutOff(store)
  } catch (thrown) {
    return isTidemarkError(thrown) ? thrown : toNetworkError(store.system, thrown, true)
  } finally {
    stream?.destroy()
  }
}

/** The pieces of a stream; one that brings nothing for so long is cut. */
async function* notSilent(system: string, stream: OpenedStream['stream'], silentMs: number): AsyncGenerator<Uint8Array> {
  const silent = () =>
    new TidemarkError('timeout', { publicMessage: `${system} stopped sending in the middle of a file.`, retryable: true })
  const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
  for (;;) {
    const timer = setTimeout(() => stream.destroy(silent()), silentMs)
    const next = await pieces.next().finally(() => clearTimeout(timer))
    if (next.done === true) return
    yield next.value
  }
}

function cutOff({ system }: Reading): TidemarkError {
  return new TidemarkError('unavailable', { publicMessage: `${system} broke off in the middle of a file.`, retryable: true })
}

function otherLength({ system }: Reading, { key, bytes }: StoredFile): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `${system} sent more of ${key} than the ${bytes} bytes it has.` })
}
