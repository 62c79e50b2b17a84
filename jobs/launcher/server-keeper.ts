import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Clock } from '#lib/platform/clock.ts'
import {
  type DatabaseUrls,
  type EmbeddedServer,
  restartEmbeddedPostgres,
  startEmbeddedPostgres,
  toGoneError,
} from '#lib/platform/embedded-postgres.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { waitBeforeStart } from './child.ts'

const LOOK_EVERY_MS = 2000

export interface ServerKeeper {
  urls: DatabaseUrls
  adopted: boolean
  stop(): Promise<void>
  stopSoon(): void
}

interface KeeperOptions {
  dataFolder: string
  clock: Clock
  say: (line: string) => void
  onMoved: (urls: DatabaseUrls) => void
  onGone: (error: unknown) => void
}

const isGone = (error: unknown) => isTidemarkError(error) && error.code === 'not-found'

/** Tries until the server runs again or the signal aborts; throws when its data are gone. */
async function startAgain({ dataFolder, clock, say }: KeeperOptions, signal: AbortSignal): Promise<EmbeddedServer | undefined> {
  say('The embedded database has stopped; it starts again.')
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      return await restartEmbeddedPostgres(dataFolder)
    } catch (error) {
      if (isGone(error)) throw error
      say(toPublicMessage(error))
      await clock.sleep(waitBeforeStart(tries), signal)
    }
  }
  return undefined
}

class Keeper implements ServerKeeper {
  readonly urls: DatabaseUrls
  readonly adopted: boolean
  readonly #options: KeeperOptions
  readonly #stopping = new AbortController()
  #server: EmbeddedServer
  #restart: Promise<void> = Promise.resolve()

  constructor(options: KeeperOptions, first: EmbeddedServer) {
    this.#options = options
    this.#server = first
    this.urls = first
    this.adopted = first.adopted
    this.#watch(first)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#restart
    await this.#server.stop()
  }

  stopSoon(): void {
    this.#stopping.abort()
    this.#server.stopSoon()
  }

  #watch(server: EmbeddedServer): void {
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#stopping.signal])
    void server.lost.then(() => {
      over.abort()
      if (!this.#stopping.signal.aborted) this.#restart = this.#replaceLost()
    })
    void this.#lookAfter(server, signal)
  }

  async #replaceLost(): Promise<void> {
    try {
      const next = await startAgain(this.#options, this.#stopping.signal)
      if (next === undefined) return
      const hasMoved = next.databaseUrl !== this.#server.databaseUrl
      this.#server = next
      this.#watch(next)
      if (hasMoved) this.#options.onMoved(next)
    } catch (error) {
      this.#options.onGone(error)
    }
  }

  /** Notices what no event tells: the folder was removed, or the server waits for our connections before it stops. */
  async #lookAfter(server: EmbeddedServer, signal: AbortSignal): Promise<void> {
    const { clock, say, onGone, dataFolder } = this.#options
    let isToldToStop = false
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal)
      if (signal.aborted) return
      const state = await server.state()
      if (state === 'gone') return signal.aborted ? undefined : onGone(toGoneError(dataFolder))
      if (state === 'stopping' && !isToldToStop) say('Somebody asked the embedded database to stop.')
      isToldToStop = state === 'stopping'
    }
  }
}

export async function keepServer(options: KeeperOptions): Promise<ServerKeeper> {
  return new Keeper(options, await startEmbeddedPostgres(options.dataFolder))
}
