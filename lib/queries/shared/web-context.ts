import { asActor, type Context, createContext } from '#lib/db/context.ts'
import { type Actor, visitor } from '#lib/domain/access/actor.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { type Environment, publicAddress, readEnvironment } from '#lib/platform/env.ts'
import { createLog } from '#lib/platform/log.ts'

/** The page that asked gives a silent database up after this. */
const ANSWER_MS = 10 * SECOND_MS

/** What a web process reads with. */
export interface WebDatabase {
  context: Context
  /**
   * Asks whether the database is there, on a connection of its own: that questions of pages wait for their turn says nothing of it. How
   * long to wait is up to the asker.
   */
  ask: () => Promise<unknown>
}

/** Opens the database of a web process: it reads, and knows no connector's credentials. */
export function openWebDatabase(environment = readEnvironment()): WebDatabase {
  const { databaseUrl: url } = environment
  if (url === undefined) {
    throw new TidemarkError('unavailable', { publicMessage: 'The page has no database. Start it with "npm start", or set DATABASE_URL.' })
  }
  const log = createLog({ level: environment.logLevel, pretty: process.stderr.isTTY }, { process: 'web' })
  const all = {
    url,
    actor: visitor(),
    clock: systemClock,
    log,
    publicUrl: publicAddress(environment),
    answerMs: ANSWER_MS,
    ...secretOf(environment),
  }
  const context = createContext({ ...all, connections: 8, applicationName: 'tidemark web' })
  const pulse = createContext({ ...all, connections: 1, applicationName: 'tidemark web pulse' })
  return { context, ask: () => pulse.pool.query('select 1') }
}

/** What signs cookies; the launcher gives every web process the same. */
function secretOf({ secret }: Environment): { secret?: string } {
  return secret === undefined ? {} : { secret }
}

/** The same web process for one who asks: what they may see, and do. */
export function seenBy(context: Context, actor: Actor): Context {
  return asActor(context, actor)
}
