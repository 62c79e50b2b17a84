import { isKnown } from '#lib/platform/http/request-headers.ts'
import { digest } from '#lib/queries/api/list.ts'

/** What an answer says is for whoever asked, and is asked for anew each time. */
export const TAGGED_HEADERS = { 'cache-control': 'private, no-cache', vary: 'Accept, Accept-Encoding, Authorization, Cookie' }

/** A value as JSON with a tag of what it says; 304 for who has it already. */
export function taggedJson(request: Request, value: unknown): Response {
  const json = JSON.stringify(value)
  const etag = `W/"${digest(json)}"`
  const headers = { ...TAGGED_HEADERS, etag, 'content-type': 'application/json; charset=utf-8' }
  return isKnown(request.headers.get('if-none-match'), etag)
    ? new Response(null, { status: 304, headers })
    : new Response(json, { headers })
}
