import { z } from 'zod'
import { accepted } from '#app/_api/read-question.ts'
import { DATA_HEAD } from '#app/_lib/content-policy.ts'
import { decodeSegment } from '#app/_ui/paths.ts'
import { acceptFlowPush, findPushedFlow } from '#lib/commands/push/accept-flow-push.ts'
import { heartbeatHeader } from '#lib/queries/api/questions.ts'
import { acceptPush, readPushed, Unreadable } from './accept-push.ts'

/** Takes what is pushed to the flow of this part of the address. What Event Grid sends to see whether it may is answered with its own code. */
export function postFlowPush(request: Request, segment: string): Promise<Response> {
  return acceptPush(request, async (ctx) => {
    const flow = await findPushedFlow(ctx, decodeSegment(segment) ?? '')
    const key = accepted(heartbeatHeader.safeParse({ 'idempotency-key': request.headers.get('idempotency-key') ?? undefined }))
    const sent = await readSent(request)
    const code = validationCodeIn(sent)
    if (code !== null) return Response.json({ validationResponse: code }, { headers: DATA_HEAD })
    return acceptFlowPush(ctx, flow, sent, key['idempotency-key'] ?? null)
  })
}

const METHODS = { allow: 'POST, OPTIONS' }
const ORIGIN_MAX = 300

/** Answers who asks, as webhooks of CloudEvents do, whether events may be sent to a flow; whoever asks nothing of that kind is told the methods. */
export function allowFlowPush(request: Request, segment: string): Promise<Response> | Response {
  const origin = request.headers.get('webhook-request-origin')
  if (origin === null) return new Response(null, { status: 204, headers: METHODS })
  return acceptPush(request, async (ctx) => {
    await findPushedFlow(ctx, decodeSegment(segment) ?? '')
    if (origin.length > ORIGIN_MAX) throw new Unreadable(400, 'The origin that asks is too long.')
    const rate = /^\d{1,9}$/.exec(request.headers.get('webhook-request-rate') ?? '')?.[0]
    return new Response(null, {
      headers: { ...DATA_HEAD, ...METHODS, 'webhook-allowed-origin': origin, ...(rate !== undefined && { 'webhook-allowed-rate': rate }) },
    })
  })
}

/** The body, as an event where headers make one of it. SNS calls its JSON plain text. */
async function readSent(request: Request): Promise<unknown> {
  const { headers } = request
  const sent = await readPushed(request, { isCalledText: headers.has('x-amz-sns-message-type') })
  if (!headers.has('ce-specversion')) return sent
  const members = ['specversion', 'id', 'source', 'type', 'time', 'subject'].flatMap((name) => {
    const value = headers.get(`ce-${name}`)
    return value === null ? [] : [[name, decoded(value)]]
  })
  return { ...Object.fromEntries(members), data: sent }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

const validation = z.object({
  eventType: z.literal('Microsoft.EventGrid.SubscriptionValidationEvent'),
  data: z.object({ validationCode: z.string().max(300) }),
})

function validationCodeIn(sent: unknown): string | null {
  const events: readonly unknown[] = Array.isArray(sent) ? sent : [sent]
  return events.length === 1 ? (validation.safeParse(events[0]).data?.data.validationCode ?? null) : null
}
