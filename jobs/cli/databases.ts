import { userInfo } from 'node:os'
import { type Context, closeContext, createContext } from '#lib/db/context.ts'
import { atTerminal } from '#lib/domain/access/actor.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type DatabaseUrls, findRunningServer, requireDatabaseUrls } from '#lib/platform/embedded-postgres.ts'
import { publicAddress } from '#lib/platform/env.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { type Lookup, type SecretSource, secretSource } from '#lib/platform/secrets/secrets.ts'
import { pageOf } from './page/page-client.ts'
import type { CommandLine } from './verb.ts'

/** Who sits at the keyboard, for the records. */
function personName(): string {
  try {
    return userInfo().username
  } catch {
    return 'command line'
  }
}

/** Opens Tidemark's own database (DATABASE_URL, else the running embedded server) for the length of `work`. */
export async function withDatabase<T>(command: CommandLine, work: (ctx: Context) => Promise<T>): Promise<T> {
  if (pageOf(command) !== null) {
    const publicMessage =
      'This needs the database of Tidemark: set DATABASE_URL. With TIDEMARK_TOKEN the page can be asked to wait, status, runs, run and cancel.'
    throw new TidemarkError('unavailable', { publicMessage })
  }
  const environment = command.environment()
  const { databaseUrl } = await requireDatabaseUrls(environment)
  const ctx = createContext({
    url: databaseUrl,
    actor: atTerminal(personName()),
    clock: command.clock,
    log: command.log,
    connections: 4,
    applicationName: 'tidemark cli',
    publicUrl: publicAddress(environment),
  })
  try {
    return await work(ctx)
  } finally {
    await closeContext(ctx)
  }
}

/** The same where a database can be reached; null otherwise. */
export async function withDatabaseIfAny<T>(command: CommandLine, work: (ctx: Context) => Promise<T>): Promise<T | null> {
  try {
    return await withDatabase(command, work)
  } catch (error) {
    command.log.debug('no database of Tidemark to ask', { error: toInternalMessage(error) })
    return null
  }
}

async function ownUrls(command: CommandLine): Promise<Partial<DatabaseUrls>> {
  const { databaseUrl, lakeDatabaseUrl, dataFolder } = command.environment()
  const running = databaseUrl === undefined ? await findRunningServer(dataFolder) : undefined
  return { databaseUrl: databaseUrl ?? running?.databaseUrl ?? '', lakeDatabaseUrl: lakeDatabaseUrl ?? running?.lakeDatabaseUrl }
}

/** Secrets as the worker finds them: environment, .env, and the embedded server's two addresses where nobody set them. */
export async function workerSource(command: CommandLine): Promise<SecretSource> {
  const { databaseUrl, lakeDatabaseUrl } = await ownUrls(command)
  const own: Record<string, string | undefined> = { DATABASE_URL: databaseUrl, LAKE_DATABASE_URL: lakeDatabaseUrl }
  const { envFile, handedOn } = command.environment()
  return secretSource({ envFile, handedOn, own: (name) => own[name] || undefined })
}

export async function workerLookup(command: CommandLine): Promise<Lookup> {
  return (await workerSource(command)).lookup
}
