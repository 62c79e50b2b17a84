import { posix } from 'node:path'
import type { Connection } from '#lib/connectors/connector.ts'
import { matchName } from '#lib/domain/name-template.ts'
import { isPart } from './deliver-file.ts'
import type { RemoteFile, Session } from './session.ts'
import { remotePath, type SftpSettings } from './settings.ts'
import { sftpAnswerOf } from './ssh-errors.ts'

/** A file that fits a template, where it stands. */
export interface Candidate {
  path: string
  name: string
  bytes: number
  modifiedAt: number
  /** Where its side-car `<name>.sha256` stands. */
  sideCar: string | null
}

/** The same file with the same content, as far as a listing tells. */
export function isSame(a: Pick<Candidate, 'name' | 'bytes' | 'modifiedAt'>, b: Pick<Candidate, 'name' | 'bytes' | 'modifiedAt'>): boolean {
  return a.name === b.name && a.bytes === b.bytes && a.modifiedAt === b.modifiedAt
}

/** Finds the files that fit a template, asking the server for each folder once. */
export class FolderLook {
  readonly #session: Session
  readonly #connection: Connection<SftpSettings>
  readonly #folders = new Map<string, Promise<RemoteFile[]>>()

  constructor(session: Session, connection: Connection<SftpSettings>) {
    this.#session = session
    this.#connection = connection
  }

  /** Newest first; files of a delivery under way, empty ones included, are the caller's to judge. Also those in `pickedUp`, if it is there. */
  async candidates(template: string, pickedUp: string | undefined): Promise<Candidate[]> {
    const name = posix.basename(template)
    const here = await this.#matching(posix.dirname(template), name)
    const taken = pickedUp === undefined ? [] : await this.#matching(pickedUp, name).catch(noneIfMissing)
    return [...here, ...taken].sort((a, b) => b.modifiedAt - a.modifiedAt || (a.name < b.name ? 1 : -1))
  }

  async #matching(folder: string, template: string): Promise<Candidate[]> {
    const place = remotePath(this.#connection.settings, folder === '.' ? '' : folder)
    const files = await this.#list(place)
    const names = new Set(files.map(({ name }) => name))
    return files.flatMap(({ name, bytes, modifiedAt, isFolder }) => {
      if (isFolder || isPart(name) || matchName(template, name) === null) return []
      const path = place === '' ? name : posix.join(place, name)
      return [{ path, name, bytes, modifiedAt, sideCar: names.has(`${name}.sha256`) ? `${path}.sha256` : null }]
    })
  }

  #list(folder: string): Promise<RemoteFile[]> {
    const known = this.#folders.get(folder) ?? this.#session.list(folder)
    this.#folders.set(folder, known)
    return known
  }
}

function noneIfMissing(error: unknown): Candidate[] {
  if (sftpAnswerOf(error) === 'missing') return []
  throw error
}
