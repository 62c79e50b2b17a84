import { createHash, randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import type { z } from 'zod'
import type { Connection, Delivered, Delivery } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { checkName } from '#lib/domain/values/name-template.ts'
import type { RemoteFile, Session } from './session.ts'
import { remotePath, type SftpSettings, sftpDeliverOptions } from './settings.ts'
import { sftpAnswerOf, toRequestError } from './ssh-errors.ts'

type Options = z.output<typeof sftpDeliverOptions>

/** Names of files that are not whole yet; nobody but us writes them. */
const PART = /\.part-[0-9a-f]{16}$/

export function isPart(name: string): boolean {
  return PART.test(name)
}

/** Writes the file under a temporary name, compares it, then renames it: the final name stands for a whole file or for none. A repeated try
 * removes what earlier ones left. */
export async function deliverFile(connection: Connection<SftpSettings>, lines: Lines<Session>, delivery: Delivery): Promise<Delivered> {
  const options = sftpDeliverOptions.parse(delivery.options)
  const [problem] = checkName(delivery.path)
  if (problem !== undefined)
    throw new TidemarkError('invalid', { publicMessage: `"${delivery.path}" cannot be the name of a delivered file: ${problem}.` })
  return lines.use(connection.signal, (session) => new Handover(session, connection, delivery, options).run())
}

class Handover {
  readonly #session: Session
  readonly #delivery: Delivery
  readonly #options: Options
  readonly #target: string

  constructor(session: Session, connection: Connection<SftpSettings>, delivery: Delivery, options: Options) {
    this.#session = session
    this.#delivery = delivery
    this.#options = options
    this.#target = remotePath(connection.settings, delivery.path)
  }

  async run(): Promise<Delivered> {
    const { bytes, sha256 } = this.#delivery
    const sideCar = `${this.#target}.sha256`
    const present = await this.#list()
    await this.#removeLeftovers(present, (name) => this.#isOfThisFile(name))
    const part = await this.#writePart(this.#target, this.#delivery.open(), bytes, this.#options.verify === 'content')
    await this.#removeLeftovers(present, (_name, writtenAt) => part.modifiedAt - writtenAt > DAY_MS)
    // A side-car of the earlier content must never stand beside the new file.
    if (this.#options.checksum || present.some(({ name }) => name === posix.basename(sideCar)))
      await this.#ask(`remove ${this.#path}.sha256`, () => this.#removeIfThere(sideCar))
    await this.#giveName(part.name, this.#target)
    if (this.#options.checksum) {
      const line = Buffer.from(`${sha256}  ${posix.basename(this.#target)}\n`)
      const named = await this.#writePart(sideCar, once(line), line.length, false)
      await this.#giveName(named.name, sideCar)
    }
    return { detail: `${await this.#confirm()}${this.#options.checksum ? ' Its side-car holds the sha256.' : ''}` }
  }

  /** Nothing where listing is denied: there is then nothing to clean, and size and rename still tell the truth. */
  async #list(): Promise<RemoteFile[]> {
    const folder = posix.dirname(this.#target)
    try {
      return await this.#session.list(folder === '.' ? '' : folder)
    } catch (error) {
      if (sftpAnswerOf(error) === 'denied') return []
      throw toRequestError(this.#session.system, `look into the folder of ${this.#path}`, error)
    }
  }

  #isOfThisFile(part: string): boolean {
    const name = posix.basename(this.#target)
    return [name, `${name}.sha256`].includes(part.replace(PART, ''))
  }

  /** As far as permitted: a leftover harms nobody. */
  async #removeLeftovers(present: readonly RemoteFile[], isOld: (name: string, modifiedAt: number) => boolean): Promise<void> {
    const folder = posix.dirname(this.#target)
    for (const { name, modifiedAt } of present) {
      if (!isPart(name) || !isOld(name, modifiedAt)) continue
      await this.#session.remove(posix.join(folder, name)).catch((error: unknown) => {
        if (sftpAnswerOf(error) === undefined) throw toRequestError(this.#session.system, `remove the leftover ${name}`, error)
      })
    }
  }

  /** A whole, compared file under its temporary name; removed again when it is not whole. */
  async #writePart(target: string, content: AsyncIterable<Uint8Array>, bytes: number, readBack: boolean): Promise<RemoteFile> {
    const part = `${target}.part-${randomBytes(8).toString('hex')}`
    try {
      await this.#ask(`write ${this.#path}`, () => this.#session.write(part, content, Number.parseInt(this.#options.mode, 8)))
      const written = await this.#ask(`look at ${this.#path}`, () => this.#session.stat(part))
      if (written.bytes !== bytes) throw this.#incomplete(`it kept ${written.bytes} of ${bytes} bytes`)
      if (readBack && (await this.#hashOf(part)) !== this.#delivery.sha256) throw this.#incomplete('what it kept is not what was sent')
      return written
    } catch (error) {
      await this.#session.remove(part).catch(() => {})
      throw error
    }
  }

  async #hashOf(path: string): Promise<string> {
    const hash = createHash('sha256')
    await this.#ask(`read ${this.#path} back`, async () => {
      for await (const piece of this.#session.read(path)) hash.update(piece)
    })
    return hash.digest('hex')
  }

  /** Atomic where the server can; elsewhere the old file is removed first, so that for a moment there is none. */
  async #giveName(from: string, to: string): Promise<void> {
    await this.#ask(`rename ${this.#path}`, async () => {
      try {
        return await this.#session.replace(from, to)
      } catch (error) {
        if (sftpAnswerOf(error) !== 'unsupported') throw error
      }
      try {
        return await this.#session.rename(from, to)
      } catch (error) {
        if (sftpAnswerOf(error) !== 'failure') throw error
      }
      await this.#removeIfThere(to)
      await this.#session.rename(from, to)
    }).catch(async (error: unknown) => {
      await this.#session.remove(from).catch(() => {})
      throw error
    })
  }

  async #confirm(): Promise<string> {
    const { bytes, sha256 } = this.#delivery
    const compared =
      this.#options.verify === 'content' ? `read back and found the same (sha256 ${sha256.slice(0, 12)}…)` : `${bytes} bytes, as sent`
    try {
      const there = await this.#session.stat(this.#target)
      if (there.bytes === bytes) return `${this.#path} is there: ${compared}.`
      throw this.#incomplete(`right after its rename it has ${there.bytes} of ${bytes} bytes`, 'Somebody else may be writing it.')
    } catch (error) {
      const answer = sftpAnswerOf(error)
      const isTaken = answer === 'missing' && this.#options.pickup
      if (isTaken) return `${this.#path} was there (${compared}) and has been taken away already.`
      if (answer === 'denied') return `${this.#path} was handed over: ${compared} before its rename.`
      throw toRequestError(this.#session.system, `find ${this.#path} after its rename`, error)
    }
  }

  async #removeIfThere(path: string): Promise<void> {
    try {
      await this.#session.remove(path)
    } catch (error) {
      if (sftpAnswerOf(error) !== 'missing') throw error
    }
  }

  async #ask<T>(what: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request()
    } catch (error) {
      throw toRequestError(this.#session.system, what, error)
    }
  }

  #incomplete(because: string, note = 'Its final name was not given to it.'): TidemarkError {
    return new TidemarkError('unavailable', {
      publicMessage: `${this.#session.system} did not take ${this.#path} whole: ${because}. ${note}`,
      retryable: true,
    })
  }

  get #path(): string {
    return this.#delivery.path
  }
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}
