import { createHash } from 'node:crypto'
import type { FileSession, OpenedFile, StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import type { InboxFile } from '#lib/domain/files/inbox-file.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

const WRITTEN_AT = Date.parse('2026-11-30T06:00:00Z')
const PIECE_BYTES = 4096

/** Files in memory, each version of them; `cutAfter` breaks a stream off, `opened` counts how often content was asked for. */
export class MemoryStore implements Required<Pick<FileSession, 'openFile' | 'copyFile'>> {
  readonly #files = new Map<string, { file: StoredFile; content: Buffer }[]>()
  opened = 0
  copied: string[] = []
  /** Bytes after which the next stream breaks off. */
  cutAfter: number | null = null
  /** Other names of versions. */
  aliases = new Map<string, string>()
  /** Called before each piece is handed out. */
  onPiece: (() => Promise<void> | void) | null = null

  put(key: string, content: string | Buffer, bucket = 'uploads'): InboxFile {
    const bytes = Buffer.from(content)
    const version = createHash('md5').update(bytes).digest('hex')
    const file = { bucket, key, version, bytes: bytes.length, modifiedAt: WRITTEN_AT }
    const versions = this.#files.get(`${bucket}/${key}`) ?? []
    this.#files.set(`${bucket}/${key}`, [...versions, { file, content: bytes }])
    return { source: 'shop', ...file }
  }

  /** Writes the same once more, as a store does that keeps one version: nothing but its time tells. */
  touch(key: string, modifiedAt: Instant, bucket = 'uploads'): void {
    const versions = this.#files.get(`${bucket}/${key}`) ?? []
    for (const version of versions) version.file = { ...version.file, modifiedAt }
  }

  async openFile({ bucket, key, version }: WantedFile): Promise<OpenedFile> {
    const versions = this.#files.get(`${bucket}/${key}`) ?? []
    const found =
      version === null ? versions.at(-1) : versions.findLast(({ file }) => file.version === (this.aliases.get(version) ?? version))
    if (found === undefined) throw new TidemarkError('not-found', { publicMessage: `There is no ${key} in that version.`, lasting: 'gone' })
    this.opened += 1
    return { file: found.file, bytes: this.#pieces(found.content) }
  }

  async copyFile(file: StoredFile, to: string): Promise<StoredFile> {
    this.copied.push(to)
    const [bucket = '', ...key] = to.split('/')
    const content = this.#files.get(`${file.bucket}/${file.key}`)?.findLast((one) => one.file.version === file.version)?.content
    if (content === undefined) throw new TidemarkError('not-found', { publicMessage: 'gone' })
    const { source: _source, ...copy } = this.put(key.join('/'), content, bucket)
    return { ...copy, version: copy.version ?? '', bytes: content.length, modifiedAt: WRITTEN_AT + 1000 }
  }

  async *#pieces(content: Buffer): AsyncGenerator<Uint8Array> {
    const cutAfter = this.cutAfter
    this.cutAfter = null
    for (let at = 0; at < content.length; at += PIECE_BYTES) {
      await this.onPiece?.()
      if (cutAfter !== null && at >= cutAfter)
        throw new TidemarkError('unavailable', { publicMessage: 'The store broke off.', retryable: true })
      yield content.subarray(at, at + PIECE_BYTES)
    }
  }
}
