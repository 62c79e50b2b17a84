import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import { makeKeyPair, type SshServer, startSshServer } from '#demo/campus/sftp/ssh-server.ts'
import type { Delivery } from '#lib/connectors/kit/connector.ts'
import sftp from '#lib/connectors/sftp.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'

export const LIBRARY_NOW = Date.parse('2026-11-20T09:00:00Z')

export const WHOLE_FILE: Buffer = Buffer.from(Array.from({ length: 30_000 }, (_, id) => `${id},Zoë ${id}\n`).join(''))

export const TODAYS_FILE = 'patrons_2026-11-20.csv'

export const LIBRARY_KEYS = { ...makeKeyPair('open sesame'), passphrase: 'open sesame' }

export function deliveryOf(path = `inbox/${TODAYS_FILE}`, options: object = {}, content: Buffer = WHOLE_FILE): Delivery {
  return {
    path,
    contentType: 'text/csv',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    async *open() {
      for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536)
    },
    options: { ...options },
  }
}

/** A real SSH server over a folder with an `inbox`, and connections to it. */
export class LibraryWorld {
  readonly clock: HurriedClock
  readonly server: SshServer
  readonly #place: string

  private constructor(place: string, clock: HurriedClock, server: SshServer) {
    this.#place = place
    this.clock = clock
    this.server = server
  }

  /** Started for the tests of one file: each begins with a clean world, and must leave no connection. */
  static async forTests(): Promise<LibraryWorld> {
    const place = await mkdtemp(join(tmpdir(), 'library-'))
    const clock = new HurriedClock(LIBRARY_NOW, 5_000)
    const world = new LibraryWorld(place, clock, await startSshServer(serverOptions(place, clock)))
    await world.reset()
    afterAll(() => world.close())
    beforeEach(() => world.reset())
    // The server notices the end of a connection within a moment.
    afterEach(() => expect.poll(() => world.server.connections()).toBe(0))
    return world
  }

  startOther(more: { asksForPassword?: boolean } = {}): Promise<SshServer> {
    return startSshServer({ ...serverOptions(this.#place, this.clock), ...more })
  }

  connected(more: object = {}, signal: AbortSignal = new AbortController().signal) {
    const { host, port, fingerprint } = this.server
    const settings = sftp.settings.parse({ host, port, user: 'library', password: 'pretend', hostKey: fingerprint, ...more })
    return { key: 'library_sftp', settings, clock: this.clock, log: silentLog, signal }
  }

  async deliver(delivery: Delivery = deliveryOf(), settings: object = {}): Promise<{ detail: string }> {
    return askOnce(sftp).deliver(this.connected(settings), delivery)
  }

  async inbox(): Promise<string[]> {
    return (await readdir(join(this.server.folder, 'inbox'))).sort()
  }

  read(name = TODAYS_FILE): Promise<Buffer> {
    return readFile(join(this.server.folder, 'inbox', name))
  }

  async put(name: string, content: string | Buffer, writtenAt = LIBRARY_NOW - 3_600_000): Promise<void> {
    const path = join(this.server.folder, 'inbox', name)
    await writeFile(path, content)
    await utimes(path, writtenAt / 1000, writtenAt / 1000)
  }

  async reset(): Promise<void> {
    this.clock.set(LIBRARY_NOW)
    this.clock.waits.length = 0
    this.clock.meanwhile = async () => {}
    this.server.faults.set(null)
    await rm(this.server.folder, { recursive: true })
    await mkdir(join(this.server.folder, 'inbox'), { recursive: true })
  }

  async close(): Promise<void> {
    await this.server.close()
    await rm(this.#place, { recursive: true })
  }
}

function serverOptions(place: string, clock: HurriedClock) {
  return {
    clock,
    folder: join(place, 'files'),
    keyFolder: join(place, 'keys'),
    user: 'library',
    password: 'pretend',
    authorizedKey: LIBRARY_KEYS.public,
  }
}
