import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { SFTPWrapper, Stats } from 'ssh2'
import type SftpClient from 'ssh2-sftp-client'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { type Line, Lines } from '#lib/connectors/kit/lines.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type SftpSettings, UNKNOWN_HOST_KEY } from './settings.ts'
import { toConnectionError } from './ssh-errors.ts'
import { Watchdog } from './watchdog.ts'

export interface RemoteFile {
  name: string
  /** `other`: a pipe, a socket or a device. In a listing links are themselves; asked for by its path a link is its target. */
  kind: 'file' | 'folder' | 'link' | 'other'
  bytes: number
  /** By the server's clock, in whole seconds. */
  modifiedAt: number
}

/** What every server takes in one packet. */
const WRITE_BYTES = 31_744
const WRITES_UNDERWAY = 8

/** The signed-in connections of one session with a server. */
export function openLines(connection: Connection<SftpSettings>): Lines<Session> {
  return new Lines({ clock: connection.clock }, (signal) => openSession({ ...connection, signal }))
}

/** A signed-in session, to be closed by the caller. Throws with words for the page when we are not let in. */
async function openSession(connection: Connection<SftpSettings>): Promise<Session> {
  const { settings, signal } = connection
  const { default: Client } = await import('ssh2-sftp-client')
  const system = `SFTP (${connection.key})`
  const socket = connect({ host: settings.host, port: settings.port, noDelay: true })
  const client = new Client(connection.key, { error() {}, end() {}, close() {} })
  const watchdog = new Watchdog(system, socket, settings.timeout, connection.clock, signal)
  const shown = { fingerprint: '' }
  try {
    await watchdog.within(async () => {
      if (socket.connecting) await once(socket, 'connect')
    })
    client.on(
      'keyboard-interactive',
      (_name: string, _text: string, _language: string, prompts: { echo?: boolean }[], answer: (answers: string[]) => void) =>
        answer(prompts.map(({ echo }) => (echo === true ? '' : (settings.password ?? '')))),
    )
    const sftp = await watchdog.within(() => client.connect({ ...loginOf(settings, shown), sock: socket, readyTimeout: settings.timeout }))
    return new Session(system, client, sftp, watchdog)
  } catch (error) {
    const problem = watchdog.broken() ?? hostKeyProblem(system, settings, shown.fingerprint) ?? toConnectionError(system, error)
    watchdog.destroy()
    throw problem
  }
}

function loginOf(settings: SftpSettings, shown: { fingerprint: string }): SftpClient.ConnectOptions {
  const { user, password, privateKey, passphrase } = settings
  return {
    username: user,
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(privateKey === undefined ? {} : { privateKey: privateKey.endsWith('\n') ? privateKey : `${privateKey}\n` }),
    ...(passphrase === undefined ? {} : { passphrase }),
    hostVerifier: (key: Buffer) => {
      shown.fingerprint = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
      return isExpected(settings, shown.fingerprint)
    },
  }
}

function isExpected({ hostKey }: SftpSettings, fingerprint: string): boolean {
  return [hostKey].flat().some((expected) => expected.replace(/=+$/, '') === fingerprint)
}

function hostKeyProblem(system: string, settings: SftpSettings, fingerprint: string): TidemarkError | undefined {
  if (fingerprint === '' || isExpected(settings, fingerprint)) return undefined
  const unknown = [settings.hostKey].flat().includes(UNKNOWN_HOST_KEY)
  const what = unknown
    ? `${system} shows the host key ${fingerprint}.`
    : `${system} shows the host key ${fingerprint}, which is not the one in the catalogue: it may be another server.`
  return new TidemarkError('refused', {
    publicMessage: `${what} Nothing was sent to it. If its operators confirm that key, write hostKey: "${fingerprint}" under the connection.`,
    systemWide: true,
  })
}

/** One signed-in connection. Its requests fail with the server's own error; `ssh-errors.ts` finds the words. */
export class Session implements Line {
  readonly system: string
  readonly #client: SftpClient
  readonly #sftp: SFTPWrapper
  readonly #watchdog: Watchdog

  constructor(system: string, client: SftpClient, sftp: SFTPWrapper, watchdog: Watchdog) {
    this.system = system
    this.#client = client
    this.#sftp = sftp
    this.#watchdog = watchdog
    watchdog.enter()
  }

  async list(folder: string): Promise<RemoteFile[]> {
    const entries = await this.#watchdog.within(() =>
      answer<{ filename: string; longname: string; attrs: Stats }[]>((done) => this.#sftp.readdir(folder === '' ? '.' : folder, done)),
    )
    return entries.flatMap(({ filename, longname, attrs }) => (/^\.\.?$/.test(filename) ? [] : [toRemoteFile(filename, attrs, longname)]))
  }

  async stat(path: string): Promise<RemoteFile> {
    const stats = await this.#watchdog.within(() => answer<Stats>((done) => this.#sftp.stat(path === '' ? '.' : path, done)))
    return toRemoteFile(path, stats)
  }

  /** Writes a new file as its content comes; closed when this resolves. The client library's `put` resolves although a write failed, so the
   * requests are made here. */
  async write(path: string, content: AsyncIterable<Uint8Array>, mode: number): Promise<void> {
    const handle = await this.#watchdog.within(() => answer<Buffer>((done) => this.#sftp.open(path, 'wx', { mode }, done)))
    try {
      await this.#writeAll(handle, content)
    } catch (error) {
      await this.#closeFile(handle).catch(() => {})
      throw error
    }
    await this.#closeFile(handle)
  }

  async #writeAll(handle: Buffer, content: AsyncIterable<Uint8Array>): Promise<void> {
    const underway = new Set<Promise<void>>()
    let position = 0
    for await (const piece of content) {
      for (let at = 0; at < piece.length; at += WRITE_BYTES) {
        const part = Buffer.from(piece.subarray(at, at + WRITE_BYTES))
        const written = this.#watchdog.within(() =>
          answer<void>((done) => this.#sftp.write(handle, part, 0, part.length, position, (error) => done(error))),
        )
        position += part.length
        underway.add(written)
        written.then(
          () => underway.delete(written),
          () => {},
        )
        if (underway.size >= WRITES_UNDERWAY) await Promise.race(underway)
      }
    }
    await Promise.all(underway)
  }

  async #closeFile(handle: Buffer): Promise<void> {
    await this.#watchdog.within(() => answer<void>((done) => this.#sftp.close(handle, (error) => done(error))))
  }

  async *read(path: string): AsyncGenerator<Uint8Array> {
    const stream = this.#sftp.createReadStream(path)
    stream.on('error', () => {})
    const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await this.#watchdog.within(() => pieces.next())
        if (next.done === true) return
        yield next.value
      }
    } finally {
      stream.destroy()
    }
  }

  /** Renames over an existing file in one step; servers that cannot refuse it as unsupported. */
  async replace(from: string, to: string): Promise<void> {
    await this.#watchdog.within(() => this.#client.posixRename(from, to))
  }

  /** Renames to a name that must be free. */
  async rename(from: string, to: string): Promise<void> {
    await this.#watchdog.within(() => this.#client.rename(from, to))
  }

  async remove(path: string): Promise<void> {
    await this.#watchdog.within(() => this.#client.delete(path))
  }

  isOpen(): boolean {
    return !this.#watchdog.broken()
  }

  watch(signal: AbortSignal | null): void {
    this.#watchdog.watch(signal)
  }

  async close(): Promise<void> {
    if (!this.#watchdog.broken()) {
      this.#client.end().catch(() => {})
      await this.#watchdog.closed()
    }
    this.#watchdog.destroy()
  }
}

function answer<T>(request: (done: (error: Error | null | undefined, value: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => request((error, value) => (error ? reject(error) : resolve(value))))
}

function toRemoteFile(name: string, stats: Stats, longName = ''): RemoteFile {
  return { name, kind: kindOf(stats, longName), bytes: stats.size, modifiedAt: stats.mtime * 1000 }
}

const TYPE_BITS = 0o170000

/** By the mode; where a server leaves the type out of it, by the first letter of the long name. */
function kindOf(stats: Stats, longName: string): RemoteFile['kind'] {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'folder'
  if (stats.isSymbolicLink()) return 'link'
  if ((stats.mode & TYPE_BITS) !== 0) return 'other'
  return longName.startsWith('d') ? 'folder' : longName.startsWith('l') ? 'link' : 'file'
}
