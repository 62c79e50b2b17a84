import { type FileHandle, lstat, mkdir, open, readdir, rename, rmdir, stat, unlink } from 'node:fs/promises'
import { join, posix } from 'node:path'
import ssh2, { type SFTPWrapper } from 'ssh2'
import type { Clock } from '#lib/platform/clock.ts'
import { entryOf, SftpStatus, statusOf, toAttributes, toOpenFlags } from './sftp-answers.ts'
import type { SshFaults } from './ssh-faults.ts'

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp

interface SftpFolder {
  folder: string
  clock: Clock
  faults: SshFaults
  die(): void
}

interface OpenFile {
  file: FileHandle
  written: boolean
}
interface Listing {
  path: string
  sent: boolean
}

const POSIX_RENAME = 'posix-rename@openssh.com'

export function serveFolder(sftp: SFTPWrapper, options: SftpFolder): void {
  const session = new SftpSession(sftp, options)
  sftp.on('OPEN', (id, name, flags, { mode }) => session.answer(id, () => session.open(id, name, flags, mode)))
  sftp.on('WRITE', (id, handle, offset, data) => session.answer(id, () => session.write(id, handle, offset, data)))
  sftp.on('READ', (id, handle, offset, length) => session.answer(id, () => session.read(id, handle, offset, length)))
  sftp.on('CLOSE', (id, handle) => session.answer(id, () => session.close(id, handle)))
  sftp.on('FSTAT', (id, handle) => session.answer(id, async () => sftp.attrs(id, toAttributes(await session.file(handle).file.stat()))))
  sftp.on('STAT', (id, path) => session.answer(id, async () => sftp.attrs(id, toAttributes(await stat(session.locate(path))))))
  sftp.on('LSTAT', (id, path) => session.answer(id, async () => sftp.attrs(id, toAttributes(await lstat(session.locate(path))))))
  sftp.on('OPENDIR', (id, path) => session.answer(id, () => session.openFolder(id, path)))
  sftp.on('READDIR', (id, handle) => session.answer(id, () => session.readFolder(id, handle)))
  sftp.on('REMOVE', (id, path) => session.change(id, () => unlink(session.locate(path))))
  sftp.on('RMDIR', (id, path) => session.change(id, () => rmdir(session.locate(path))))
  sftp.on('MKDIR', (id, path) => session.change(id, () => mkdir(session.locate(path))))
  sftp.on('SETSTAT', (id) => session.change(id, async () => {}))
  sftp.on('FSETSTAT', (id) => session.change(id, async () => {}))
  sftp.on('REALPATH', (id, path) => session.answer(id, async () => sftp.name(id, [entryOf(posix.resolve('/', path))])))
  sftp.on('RENAME', (id, from, to) => session.change(id, () => session.rename(from, to, false)))
  sftp.on('EXTENDED', (id, name, data) => session.answer(id, () => session.extended(id, name, data)))
  sftp.on('close', () => void session.closeAll())
}

class SftpSession {
  readonly #sftp: SFTPWrapper
  readonly #options: SftpFolder
  readonly #open = new Map<number, OpenFile | Listing>()
  #handles = 0

  constructor(sftp: SFTPWrapper, options: SftpFolder) {
    this.#sftp = sftp
    this.#options = options
  }

  async answer(id: number, request: () => Promise<unknown>): Promise<void> {
    try {
      const slow = this.#options.faults.is('slow')
      if (slow) await this.#options.clock.sleep(slow.waitMs)
      await request()
    } catch (error) {
      this.#sftp.status(id, statusOf(error))
    }
  }

  async change(id: number, request: () => Promise<unknown>): Promise<void> {
    await this.answer(id, async () => {
      if (this.#options.faults.is('read-only')) throw new SftpStatus(STATUS_CODE.PERMISSION_DENIED)
      await request()
      this.#sftp.status(id, STATUS_CODE.OK)
    })
  }

  /** A path on the disk, never outside the folder. */
  locate(path: string): string {
    return join(this.#options.folder, posix.resolve('/', path))
  }

  file(handle: Buffer): OpenFile {
    const found = this.#open.get(handle.readUInt32BE(0))
    if (found === undefined || !('file' in found)) throw new SftpStatus(STATUS_CODE.FAILURE)
    return found
  }

  async open(id: number, path: string, flags: number, mode: number | undefined): Promise<void> {
    const writes = (flags & OPEN_MODE.WRITE) !== 0
    if (writes && this.#options.faults.is('read-only')) throw new SftpStatus(STATUS_CODE.PERMISSION_DENIED)
    this.#handOut(id, { file: await open(this.locate(path), toOpenFlags(flags), mode ?? 0o644), written: false })
  }

  async write(id: number, handle: Buffer, offset: number, data: Buffer): Promise<void> {
    const { faults } = this.#options
    const open = this.file(handle)
    const [dies, silent, full, truncates] = [faults.is('dies'), faults.is('falls-silent'), faults.is('disk-full'), faults.is('truncates')]
    const admitted = faults.admit(data.length, (dies ?? silent ?? full ?? truncates)?.afterBytes)
    const kept = Buffer.from(data.subarray(0, admitted))
    if (faults.is('garbles') && offset === 0 && kept.length > 0) kept.writeUInt8(kept.readUInt8(0) ^ 1, 0)
    if (kept.length > 0) await open.file.write(kept, 0, kept.length, offset)
    open.written = true
    if (admitted < data.length && dies) return this.#die()
    if (admitted < data.length && silent) return
    if (admitted < data.length && full) throw new SftpStatus(STATUS_CODE.FAILURE)
    this.#sftp.status(id, STATUS_CODE.OK)
  }

  async read(id: number, handle: Buffer, offset: number, length: number): Promise<void> {
    const { bytesRead, buffer } = await this.file(handle).file.read(
      Buffer.alloc(Math.min(length, 65_536)),
      0,
      Math.min(length, 65_536),
      offset,
    )
    if (bytesRead === 0) this.#sftp.status(id, STATUS_CODE.EOF)
    else this.#sftp.data(id, buffer.subarray(0, bytesRead))
  }

  async close(id: number, handle: Buffer): Promise<void> {
    const number = handle.readUInt32BE(0)
    const found = this.#open.get(number)
    this.#open.delete(number)
    if (found !== undefined && 'file' in found) await this.#closeFile(found)
    this.#sftp.status(id, STATUS_CODE.OK)
  }

  async closeAll(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const one of open) if ('file' in one) await this.#closeFile(one).catch(() => {})
  }

  /** A file was last changed by the server's clock, which may be a fake one. */
  async #closeFile({ file, written }: OpenFile): Promise<void> {
    const seconds = this.#options.clock.now() / 1000
    if (written) await file.utimes(seconds, seconds)
    await file.close()
  }

  async openFolder(id: number, path: string): Promise<void> {
    const place = this.locate(path)
    if (this.#options.faults.is('no-listing')) throw new SftpStatus(STATUS_CODE.PERMISSION_DENIED)
    if (!(await stat(place)).isDirectory()) throw new SftpStatus(STATUS_CODE.FAILURE)
    this.#handOut(id, { path: place, sent: false })
  }

  async readFolder(id: number, handle: Buffer): Promise<void> {
    const listing = this.#open.get(handle.readUInt32BE(0))
    if (listing === undefined || 'file' in listing) throw new SftpStatus(STATUS_CODE.FAILURE)
    if (listing.sent) throw new SftpStatus(STATUS_CODE.EOF)
    listing.sent = true
    const names = await readdir(listing.path)
    const entries = await Promise.all(
      names.map(async (name) => entryOf(name, await lstat(join(listing.path, name)).catch(() => undefined))),
    )
    this.#sftp.name(id, [entryOf('.'), ...entries])
  }

  async rename(from: string, to: string, overwrite: boolean): Promise<void> {
    const { faults } = this.#options
    const dies = faults.is('dies-at-rename')
    if (dies && !dies.done) return this.#die()
    const [source, target] = [this.locate(from), this.locate(to)]
    if (!overwrite && (await exists(target))) throw new SftpStatus(STATUS_CODE.FAILURE)
    await rename(source, target)
    if (dies) return this.#die()
    const picks = faults.is('picks-up')
    if (picks && !to.endsWith('.sha256')) await this.#pickUp(target, picks.into)
  }

  async extended(id: number, name: string, data: Buffer): Promise<void> {
    const { faults } = this.#options
    if (name !== POSIX_RENAME || faults.is('no-posix-rename') || faults.is('posix-rename-refused'))
      throw new SftpStatus(STATUS_CODE.OP_UNSUPPORTED)
    const length = data.readUInt32BE(0)
    const from = data.toString('utf8', 4, 4 + length)
    const to = data.toString('utf8', 8 + length, 8 + length + data.readUInt32BE(4 + length))
    await this.change(id, () => this.rename(from, to, true))
  }

  async #pickUp(path: string, into: string): Promise<void> {
    const folder = this.locate(into)
    await mkdir(folder, { recursive: true })
    await rename(path, join(folder, posix.basename(path)))
  }

  #handOut(id: number, open: OpenFile | Listing): void {
    this.#handles += 1
    this.#open.set(this.#handles, open)
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(this.#handles)
    this.#sftp.handle(id, handle)
  }

  #die(): void {
    this.#options.faults.spend()
    this.#options.die()
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
