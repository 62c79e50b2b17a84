import { readQuestion } from '#app/_api/read-question.ts'
import { decodeSegment } from '#app/_ui/paths.ts'
import { acceptHeartbeat } from '#lib/commands/push/accept-messages.ts'
import { type Heartbeat, heartbeatSchema, problemsInWords } from '#lib/domain/push/event-schema.ts'
import { acceptPush, readPushed, Unreadable } from './accept-push.ts'

const KEY_LENGTH_MAX = 200

/** The key of the asset that the address names, its parts apart or together. */
function assetIn(parts: readonly string[]): string {
  return parts.map((part) => decodeSegment(part) ?? '').join('/')
}

/** The sender's own key for what it tells, which it sends again with the same. */
function keyIn(headers: Headers): string | null {
  const key = headers.get('idempotency-key')
  if (key !== null && (key === '' || key.length > KEY_LENGTH_MAX))
    throw new Unreadable(400, `The header Idempotency-Key holds 1 to ${KEY_LENGTH_MAX} characters.`)
  return key
}

/** Takes what is told in the body of a request. */
export function postHeartbeat(request: Request, parts: readonly string[]): Promise<Response> {
  return acceptPush(request, async (ctx) => {
    const read = heartbeatSchema.safeParse((await readPushed(request)) ?? {})
    if (!read.success) throw new Unreadable(400, problemsInWords(read.error.issues, String))
    return acceptHeartbeat(ctx, assetIn(parts), read.data, keyIn(request.headers))
  })
}

/** Takes what is told in the address: a line of cron needs nothing but curl. */
export function getHeartbeat(request: Request, parts: readonly string[]): Promise<Response> {
  return acceptPush(request, async (ctx) => {
    const told: Heartbeat = readQuestion(request, heartbeatSchema)
    return acceptHeartbeat(ctx, assetIn(parts), told, keyIn(request.headers))
  })
}
