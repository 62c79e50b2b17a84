import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { PUSH_BYTES_MAX, TOO_MUCH } from '#app/_door/inspect-request.ts'
import { DATA_HEAD } from '#app/_lib/content-policy.ts'
import { requestContext, whoIsAsking } from '#app/_lib/request-context.ts'
import { comeAgain, problem, respond } from '#app/_lib/respond.ts'
import { mediaType } from '#app/_lib/same-origin.ts'
import type { Context } from '#app/_lib/web-process.ts'
import type { Accepted } from '#lib/commands/push/accept-messages.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { DEPTH_MAX, isTooDeep } from '#lib/domain/values/json.ts'
import { toHttpStatus } from '#lib/platform/errors.ts'

/** What cannot be read is answered with a status of its own, so that its sender knows what to change. */
export class Unreadable extends Error {
  readonly status: 400 | 413 | 415

  constructor(status: 400 | 413 | 415, words: string) {
    super(words)
    this.status = status
  }
}

/**
 * Takes what another system hands in with its token: 201 once it is stored, 200 when all of it was before, 503 with when to come again while there is no
 * room. Who has no such token is told how to ask. An answer of its own is given as it is.
 */
export function acceptPush(request: Request, store: (ctx: Context) => Promise<Accepted | Response>): Promise<Response> {
  return respond(async () => {
    try {
      const ctx = await requestContext()
      requirePusher(ctx)
      if (isAhead(request.headers)) throw new Unreadable(400, 'This is asked for ahead of need, and tells nothing.')
      const accepted = await store(ctx)
      if (accepted instanceof Response) return accepted
      return Response.json(accepted, { status: accepted.stored > 0 ? 201 : 200, headers: DATA_HEAD })
    } catch (error) {
      return refusalOf(error)
    }
  })
}

function refusalOf(error: unknown): Response {
  if (error instanceof Unreadable) return problem(error.status, error.message)
  if (!isTidemarkError(error) || error.retryAfterMs === undefined) throw error
  return comeAgain(problem(toHttpStatus(error.code), error.publicMessage), Math.ceil(error.retryAfterMs / SECOND_MS))
}

function requirePusher({ actor }: Context): void {
  const { refusal } = whoIsAsking()
  if (refusal !== undefined) throw refusal
  if (actor.pushes === true) return
  const publicMessage = 'Send a token with the scope "push" along: "Authorization: Bearer …".'
  if (actor.kind === 'visitor') throw new TidemarkError('unauthorized', { publicMessage })
  throw new TidemarkError('forbidden', { publicMessage, challenge: 'insufficient_scope' })
}

/** A browser or a proxy that fetches what nobody asked for yet. */
function isAhead(headers: Headers): boolean {
  return ['sec-purpose', 'purpose', 'x-moz'].some((name) => /prefetch|preview/i.test(headers.get(name) ?? ''))
}

/** The bytes of the JSON that was sent, unpacked, as they come: no more than `bytesMax`. */
export async function* streamPushed(
  request: Request,
  { bytesMax, words }: { bytesMax: number; words: string },
): AsyncGenerator<Uint8Array> {
  requireJson(request)
  const body: ReadableStream<Uint8Array<ArrayBuffer>> | null = request.body
  if (body === null) throw new Unreadable(400, 'There is nothing in this request.')
  let length = 0
  try {
    for await (const chunk of packingOf(request) === 'gzip' ? body.pipeThrough(new DecompressionStream('gzip')) : body) {
      length += chunk.length
      if (length > bytesMax) throw new Unreadable(413, words)
      yield chunk
    }
  } catch (error) {
    throw error instanceof TypeError ? new Unreadable(400, NOT_PACKED) : error
  }
}

/** The JSON that was sent, unpacked; undefined where nothing was. `isCalledText`: its sender calls it plain text. */
export async function readPushed(request: Request, { isCalledText = false } = {}): Promise<unknown> {
  const text = await readPacked(request)
  if (text === '') return undefined
  if (!isCalledText) requireJson(request)
  const value = parsed(text)
  if (value === undefined) throw new Unreadable(400, 'This is not JSON.')
  if (isTooDeep(value)) throw new Unreadable(400, `This JSON is nested in more than ${DEPTH_MAX} levels.`)
  return value
}

function requireJson(request: Request): void {
  const type = mediaType(request.headers)
  if (type !== 'application/json' && !type.endsWith('+json'))
    throw new Unreadable(415, 'This is sent as JSON (content-type: application/json).')
}

const NOT_PACKED = 'This is not packed by gzip, although it says so.'

function packingOf(request: Request): 'identity' | 'gzip' {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip') throw new Unreadable(415, 'What is sent here is packed by gzip or not at all.')
  return encoding
}

async function readPacked(request: Request): Promise<string> {
  const bytes = await readBytes(request)
  if (bytes.length === 0 || packingOf(request) === 'identity') return bytes.toString('utf8')
  try {
    return (await promisify(gunzip)(bytes, { maxOutputLength: PUSH_BYTES_MAX })).toString('utf8')
  } catch (error) {
    const isTooLong = error instanceof RangeError
    throw new Unreadable(isTooLong ? 413 : 400, isTooLong ? TOO_MUCH : NOT_PACKED)
  }
}

async function readBytes(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > PUSH_BYTES_MAX) throw new Unreadable(413, TOO_MUCH)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
