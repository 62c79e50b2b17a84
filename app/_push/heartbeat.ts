import { accepted, readQuestion } from '#app/_api/read-question.ts'
import { decodeSegment } from '#app/_ui/paths.ts'
import { acceptHeartbeat } from '#lib/commands/push/accept-messages.ts'
import { type Heartbeat, heartbeatSchema, problemsInWords } from '#lib/domain/push/event-schema.ts'
import { heartbeatHeader } from '#lib/queries/api/questions.ts'
import { acceptPush, readPushed, Unreadable } from './accept-push.ts'

/** The key of the asset that the address names, its parts apart or together. */
function assetIn(parts: readonly string[]): string {
  return parts.map((part) => decodeSegment(part) ?? '').join('/')
}

function keyIn({ headers }: Request): string | null {
  const key = headers.get('idempotency-key') ?? undefined
  return accepted(heartbeatHeader.safeParse({ 'idempotency-key': key }))['idempotency-key'] ?? null
}

/** Takes what is told in the body of a request. */
export function postHeartbeat(request: Request, parts: readonly string[]): Promise<Response> {
  return acceptPush(request, async (ctx) => {
    const read = heartbeatSchema.safeParse((await readPushed(request)) ?? {})
    if (!read.success) throw new Unreadable(400, problemsInWords(read.error.issues, String))
    return acceptHeartbeat(ctx, assetIn(parts), read.data, keyIn(request))
  })
}

/** Takes what is told in the address: a line of cron needs nothing but curl. */
export function getHeartbeat(request: Request, parts: readonly string[]): Promise<Response> {
  return acceptPush(request, async (ctx) => {
    const told: Heartbeat = readQuestion(request, heartbeatSchema)
    return acceptHeartbeat(ctx, assetIn(parts), told, keyIn(request))
  })
}
