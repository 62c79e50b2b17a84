import { type Context, createContext } from '#lib/db/context.ts'
import { SECOND_MS } from '#lib/domain/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { publicAddress, readEnvironment } from '#lib/platform/env.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { createLog } from '#lib/platform/log.ts'

/** A database that says nothing for so long is given up by the page that asked. */
const ANSWER_MS = 10 * SECOND_MS

/** Opens the one context of a web process: it reads, and knows no connector's credentials. */
export function openWebContext(): Context {
  const environment = readEnvironment()
  if (environment.databaseUrl === undefined) {
    throw new TidemarkError('unavailable', { publicMessage: 'The page has no database. Start it with "npm start", or set DATABASE_URL.' })
  }
  const log = createLog({ level: environment.logLevel, pretty: process.stderr.isTTY }, { process: 'web' })
  return createContext({
    url: environment.databaseUrl,
    clock: systemClock,
    log,
    actor: { type: 'system', job: 'web' },
    publicUrl: publicAddress(environment),
    connections: 8,
    answerMs: ANSWER_MS,
    applicationName: 'tidemark web',
  })
}
