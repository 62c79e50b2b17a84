import type { z } from 'zod'
import type { CommandLine } from '#jobs/cli/verb.ts'
import { type ErrorCode, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { httpRequest } from '#lib/platform/http/client.ts'
import { problemSchema } from '#lib/queries/api/shapes.ts'

/** A page elsewhere that is asked in place of the database. */
export interface Page {
  url: string
  token: string
  command: CommandLine
}

/** Longer than the page lets anybody wait. */
const HEADERS_MS = 75 * SECOND_MS
const CODES: Record<number, ErrorCode> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  422: 'refused',
}

/** The page to ask: where there is a token, an address and no database; null where the database is asked. */
export function pageOf(command: CommandLine): Page | null {
  const { databaseUrl, publicUrl, token } = command.environment()
  if (token === undefined || databaseUrl !== undefined) return null
  if (publicUrl === undefined)
    throw new TidemarkError('invalid', {
      publicMessage: 'TIDEMARK_TOKEN is set, but not TIDEMARK_URL: the address of the page that the token is of.',
    })
  return { url: publicUrl.replace(/\/+$/, ''), token, command }
}

/** Asks the page, with the token; its refusals come as its own words. */
export async function askPage<T>(page: Page, path: string, schema: z.ZodType<T>, order?: object): Promise<T> {
  const { url, token, command } = page
  const answer = await httpRequest({
    system: 'The page',
    url: `${url}/api/v1${path}`,
    method: order === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(order !== undefined && { 'content-type': 'application/json' }),
    },
    ...(order !== undefined && { body: JSON.stringify(order) }),
    limits: { headersMs: HEADERS_MS, idleMs: HEADERS_MS },
    signal: command.signal,
    clock: command.clock,
    explain: toError,
  })
  return readAnswer(await answer.text(), schema)
}

function toError(status: number, body: string): TidemarkError | undefined {
  const code = CODES[status]
  const told = problemIn(body)
  return code === undefined || told === null ? undefined : new TidemarkError(code, { publicMessage: told, status })
}

function problemIn(body: string): string | null {
  try {
    return problemSchema.parse(JSON.parse(body)).problem
  } catch {
    return null
  }
}

function readAnswer<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    const publicMessage = 'The page answers something else than it should. Is TIDEMARK_URL its address, and is it of this version?'
    throw new TidemarkError('unavailable', { publicMessage, cause })
  }
}
