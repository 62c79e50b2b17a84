import { posix } from 'node:path'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { matchName } from '#lib/domain/values/name-template.ts'
import { isPart } from './deliver-file.ts'
import type { RemoteFile, Session } from './session.ts'
import { remotePath, type SftpSettings } from './settings.ts'
import { sftpAnswerOf } from './ssh-errors.ts'

export interface Candidate {
  path: string
  name: string
  bytes: number
  modifiedAt: number
  /** Where its side-car `<name>.sha256` stands. */
  sideCar: string | null
  leadsNowhere: boolean
}

/** The same file with the same content, as far as a listing tells. */
export function isSame(a: Pick<Candidate, 'name' | 'bytes' | 'modifiedAt'>, b: Pick<Candidate, 'name' | 'bytes' | 'modifiedAt'>): boolean {
  return a.name === b.name && a.bytes === b.bytes && a.modifiedAt === b.modifiedAt
}

export class FolderProbe {
  readonly #session: Session
  readonly #connection: Connection<SftpSettings>
  readonly #folders = new Map<string, Promise<RemoteFile[]>>()
  readonly #targets = new Map<string, Promise<RemoteFile | null>>()

  constructor(session: Session, connection: Connection<SftpSettings>) {
    this.#session = session
    this.#connection = connection
  }

  /** Newest first, those in `pickedUp` included; unfinished and empty files are the caller's to judge. */
  async candidates(template: string, pickedUp: string | undefined): Promise<Candidate[]> {
    const name = posix.basename(template)
    const here = await this.#matching(posix.dirname(template), name)
    const taken = pickedUp === undefined ? [] : await this.#matching(pickedUp, name).catch(noneIfMissing)
    return [...here, ...taken].sort((a, b) => b.modifiedAt - a.modifiedAt || (a.name < b.name ? 1 : -1))
  }

  async #matching(folder: string, template: string): Promise<Candidate[]> {
    const place = remotePath(this.#connection.settings, folder === '.' ? '' : folder)
    const files = await this.#list(place)
    const byName = new Map(files.map((file) => [file.name, file]))
    const fitting = files.filter(({ name, kind }) => isFileOrLink(kind) && !isPart(name) && matchName(template, name) !== null)
    const found: Candidate[] = []
    for (const { name, modifiedAt } of fitting) {
      const path = place === '' ? name : posix.join(place, name)
      const file = await this.#fileAt(path, byName.get(name))
      const sideCar = await this.#fileAt(`${path}.sha256`, byName.get(`${name}.sha256`))
      found.push({
        path,
        name,
        bytes: file?.bytes ?? 0,
        modifiedAt: file?.modifiedAt ?? modifiedAt,
        sideCar: sideCar && `${path}.sha256`,
        leadsNowhere: file === null,
      })
    }
    return found
  }

  async #fileAt(path: string, entry: RemoteFile | undefined): Promise<RemoteFile | null> {
    const file = entry?.kind === 'link' ? await this.#targetOf(path) : entry
    return file?.kind === 'file' ? file : null
  }

  #targetOf(link: string): Promise<RemoteFile | null> {
    const known = this.#targets.get(link) ?? this.#session.stat(link).catch(nullIfMissing)
    this.#targets.set(link, known)
    return known
  }

  #list(folder: string): Promise<RemoteFile[]> {
    const known = this.#folders.get(folder) ?? this.#session.list(folder)
    this.#folders.set(folder, known)
    return known
  }
}

function isFileOrLink(kind: RemoteFile['kind']): boolean {
  return kind === 'file' || kind === 'link'
}

function noneIfMissing(error: unknown): Candidate[] {
  return nullIfMissing(error) ?? []
}

function nullIfMissing(error: unknown): null {
  if (sftpAnswerOf(error) === 'missing') return null
  throw error
}
