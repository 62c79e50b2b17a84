import { isTidemarkError, TidemarkError, toHttpStatus, toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { webProcess } from './web-process.ts'

/** Runs a handler; what it throws becomes an answer with words for people, and surprises a line in the log. */
export async function respond(handler: () => Promise<Response>): Promise<Response> {
  try {
    return await handler()
  } catch (error) {
    if (isTidemarkError(error)) return problem(toHttpStatus(error.code), error.publicMessage)
    webProcess().context.log.error('a request failed', { error: toInternalMessage(error) })
    return problem(500, toPublicMessage(error))
  }
}

/** A refusal in words, with an address that belongs to it. */
export function problem(status: number, words: string, link: { location: string } | null = null): Response {
  const body = link === null ? { problem: words } : { problem: words, location: link.location }
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
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
