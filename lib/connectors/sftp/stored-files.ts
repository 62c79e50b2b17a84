import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { OpenedFile, StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isPart } from './deliver-file.ts'
import type { RemoteFile, Session } from './session.ts'
import { remotePath, type SftpSettings } from './settings.ts'
import { sftpAnswerOf, toRequestError } from './ssh-errors.ts'

type Connected = Connection<SftpSettings>

/** Folders below folders below folders: deeper ones are not looked into. */
const DEPTH_MAX = 16

/**
 * The whole files below a folder: those that stay the same for the settling time. Unfinished deliveries, hidden files, and what lies behind links to folders
 * are left out.
 */
export async function* listFiles(connection: Connected, lines: Lines<Session>, where: string): AsyncGenerator<StoredFile> {
  const folder = folderOf(where)
  yield* lines.stream(connection.signal, async function* (session) {
    const before = new Map<string, string>()
    for await (const { key, version } of walk(connection, session, folder, 0)) before.set(key, version)
    if (before.size === 0) return
    await connection.clock.sleep(connection.settings.settle, connection.signal)
    for await (const file of walk(connection, session, folder, 0)) if (before.get(file.key) === file.version) yield file
  })
}

/** Opens a file as it was listed; its reading fails where it changes meanwhile. */
export async function openFile(connection: Connected, lines: Lines<Session>, wanted: WantedFile): Promise<OpenedFile> {
  const path = remotePath(connection.settings, keyOf(wanted.key))
  const file = await lines.use(connection.signal, (session) => look(session, wanted, path))
  return { file, bytes: lines.stream(connection.signal, (session) => contentOf(session, file, path)) }
}

async function look(session: Session, { key, version }: WantedFile, path: string): Promise<StoredFile> {
  const found = await session.stat(path).catch((error: unknown) => {
    throw toRequestError(session.system, `read ${key}`, error)
  })
  const file = toStored(key, found)
  if (found.kind === 'file' && (version === null || version === file.version)) return file
  const publicMessage = `${session.system} does not have ${key} in that version any more: it was replaced.`
  throw new TidemarkError('not-found', { publicMessage, lasting: 'gone' })
}

async function* contentOf(session: Session, file: StoredFile, path: string): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const piece of session.read(path)) {
      bytes += piece.length
      yield piece
    }
    if (bytes === file.bytes && toStored(file.key, await session.stat(path)).version === file.version) return
  } catch (error) {
    throw toRequestError(session.system, `read ${file.key}`, error)
  }
  const publicMessage = `${file.key} of ${session.system} changed while it was read.`
  throw new TidemarkError('unavailable', { publicMessage, retryable: true })
}

async function* walk(connection: Connected, session: Session, folder: string, depth: number): AsyncGenerator<StoredFile> {
  const place = remotePath(connection.settings, folder)
  const entries = await session.list(place).catch((error: unknown) => {
    throw toRequestError(session.system, `list ${folder === '' ? 'the folder we start in' : folder}`, error)
  })
  const seen = entries.filter(({ name }) => !isPart(name) && !name.startsWith('.'))
  for (const entry of seen.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const key = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.kind === 'folder' && depth < DEPTH_MAX) yield* walk(connection, session, key, depth + 1)
    const file = entry.kind === 'link' ? await targetOf(session, remotePath(connection.settings, key)) : entry
    if (file?.kind === 'file') yield toStored(key, file)
  }
}

/** Null: the link leads nowhere. */
async function targetOf(session: Session, path: string): Promise<RemoteFile | null> {
  return session.stat(path).catch((error: unknown) => {
    if (sftpAnswerOf(error) === 'missing') return null
    throw error
  })
}

function toStored(key: string, { bytes, modifiedAt }: RemoteFile): StoredFile {
  return { bucket: '', key, version: `${bytes}-${modifiedAt / 1000}`, bytes, modifiedAt }
}

function folderOf(where: string): string {
  return keyOf(where.replace(/\/+$/, ''))
}

/** A path as seen from the folder of the connection. */
function keyOf(path: string): string {
  const problem = path.startsWith('/')
    ? 'begins with a slash'
    : path.split('/').includes('..')
      ? 'leaves the folder of the connection'
      : null
  if (problem === null) return path
  throw new TidemarkError('invalid', { publicMessage: `"${path}" ${problem}; write it as seen from that folder.` })
}
