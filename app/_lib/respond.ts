import { challengeFor } from '#app/_api/challenge.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toHttpStatus, toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { isDatabaseGone } from '#lib/platform/postgres/database-gone.ts'
import { DATA_HEAD } from './content-policy.ts'
import { knownTrouble } from './database-pulse.ts'
import { type Context, webProcess } from './web-process.ts'

const DATABASE_GONE = 'The database does not answer right now. That says nothing about the data; ask again in a moment.'
const RETRY_AFTER_SECONDS = 10

/**
 * Runs a handler; what it throws becomes an answer with words for people, and surprises a line in the log. While the database is known
 * to be silent nobody waits for it, but for handlers that do not need it.
 */
export async function respond(handler: () => Promise<Response>, needs: { database: boolean } = { database: true }): Promise<Response> {
  try {
    if (needs.database && knownTrouble() !== undefined) return databaseGone(problem)
    return await handler()
  } catch (error) {
    if (isTidemarkError(error)) return withChallenge(error, problem(toHttpStatus(error.code), error.publicMessage))
    return unexpected(error, 'a request failed')
  }
}

/** Says how to ask, to whom nobody knows or whose token does not do. */
export function withChallenge(error: Parameters<typeof challengeFor>[0], response: Response): Response {
  for (const [name, value] of Object.entries(challengeFor(error))) response.headers.set(name, value)
  return response
}

/** The answer to an error nobody threw on purpose: 503 while the database is gone, so that scripts come back, else 500. */
export function unexpected(error: unknown, what: string, answer: (status: number, words: string) => Response = problem): Response {
  webProcess().context.log.error(what, { error: toInternalMessage(error) })
  return isDatabaseGone(error) ? databaseGone(answer) : answer(500, toPublicMessage(error))
}

/** The refusal of everything that needs the database while it is away. */
export function databaseGone(answer: (status: number, words: string) => Response): Response {
  return comeAgain(answer(503, DATABASE_GONE), RETRY_AFTER_SECONDS)
}

/** A refusal with when to come again. */
export function comeAgain(refusal: Response, afterSeconds: number): Response {
  refusal.headers.set('retry-after', String(afterSeconds))
  return refusal
}

/** Who may keep an answer for so long: anybody, if it is what everybody unknown is told, else only whoever asked. */
export function keptFor({ actor }: Pick<Context, 'actor'>, seconds: number): { 'cache-control': string; vary: string } {
  const whose = actor.kind === 'visitor' ? 'public' : 'private'
  return { 'cache-control': `${whose}, max-age=${seconds}`, vary: 'authorization, cookie' }
}

/** A refusal in words, with an address that belongs to it. */
export function problem(status: number, words: string, link: { location: string } | null = null): Response {
  const body = link === null ? { problem: words } : { problem: words, location: link.location }
  return Response.json(body, { status, headers: DATA_HEAD })
}

/** The query of an address; anything but the named parameters, each at most once, is refused. */
export function readQuery(request: Request, allowed: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of new URL(request.url).searchParams) {
    if (!allowed.includes(name))
      throw refuse(`There is no parameter "${name}" here. ${allowed.length === 0 ? 'There are none.' : `Known: ${allowed.join(', ')}.`}`)
    if (found.has(name)) throw refuse(`The parameter "${name}" may be given once.`)
    found.set(name, value)
  }
  return found
}

/** The error of a request that cannot be understood. */
export function refuse(publicMessage: string): TidemarkError {
  return new TidemarkError('invalid', { publicMessage })
}
