import type { Clock } from '#lib/platform/clock.ts'
import { type DatabaseUrls, type EmbeddedServer, startEmbeddedPostgres } from '#lib/platform/embedded-postgres.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { waitBeforeStart } from './child.ts'

/** The embedded server, started again when it dies under us. */
export interface ServerKeeper {
  urls: DatabaseUrls
  adopted: boolean
  stop(): Promise<void>
  /** Asks the server to stop without waiting: for the last moment of the launcher. */
  stopSoon(): void
}

async function startAgain(
  dataFolder: string,
  clock: Clock,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<EmbeddedServer | undefined> {
  say('The embedded database has stopped; it starts again.')
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      return await startEmbeddedPostgres(dataFolder)
    } catch (error) {
      say(toPublicMessage(error))
      await clock.sleep(waitBeforeStart(tries), signal)
    }
  }
  return undefined
}

/** Starts the embedded server of a data folder and keeps it running; `onMoved` hears of a restart on another port. */
export async function keepServer(
  dataFolder: string,
  clock: Clock,
  say: (line: string) => void,
  onMoved: (urls: DatabaseUrls) => void,
): Promise<ServerKeeper> {
  const stopping = new AbortController()
  const first = await startEmbeddedPostgres(dataFolder)
  let server = first
  let restart: Promise<void> = Promise.resolve()

  async function replaceLost(): Promise<void> {
    const next = await startAgain(dataFolder, clock, say, stopping.signal)
    if (next === undefined) return
    const hasMoved = next.databaseUrl !== server.databaseUrl
    server = next
    watch()
    if (hasMoved) onMoved(next)
  }
  function watch(): void {
    void server.lost.then(() => {
      if (!stopping.signal.aborted) restart = replaceLost()
    })
  }
  watch()

  return {
    urls: first,
    adopted: first.adopted,
    async stop() {
      stopping.abort()
      await restart
      await server.stop()
    },
    stopSoon() {
      stopping.abort()
      server.stopSoon()
    },
  }
}
