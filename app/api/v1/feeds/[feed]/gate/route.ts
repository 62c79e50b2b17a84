import { awaitGate } from '#app/_api/await-gate.ts'
import { readQuestion } from '#app/_api/read-question.ts'
import { requestContext, whoIsAsking } from '#app/_lib/request-context.ts'
import { comeAgain, problem, respond } from '#app/_lib/respond.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { decodeSegment } from '#app/_ui/paths.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { gateQuestion, toGateAnswer } from '#lib/queries/api/feed-gate.ts'

/** Connections without a byte end after a minute, here and in most proxies. */
const WAIT_SECONDS_MAX = 55
const WAITERS_MAX = 1000
const PAUSE_SECONDS = 30
const TOO_MANY = `More than ${WAITERS_MAX} wait here already. Ask again in a moment, without "wait".`

/** `?until=fresh&wait=50`: whether a pipeline may go on, told when that is so or when the time is over. */
export function GET(request: Request, { params }: { params: Promise<{ feed: string }> }): Promise<Response> {
  return respond(async () => {
    const { until, wait } = readQuestion(request, gateQuestion)
    const feed = decodeSegment((await params).feed) ?? ''
    const web = webProcess()
    if (wait > 0 && web.listeners.size >= WAITERS_MAX) return comeAgain(problem(429, TOO_MANY), PAUSE_SECONDS)
    const waitMs = Math.min(wait, WAIT_SECONDS_MAX) * SECOND_MS
    const { sessionId } = whoIsAsking()
    const found = await awaitGate(web, await requestContext(), { feed, condition: until, waitMs, sessionId, gone: request.signal })
    if (found === null) return problem(404, 'There is no such feed.')
    if (found.isHopeless) return problem(409, found.reason)
    const answer = toGateAnswer(feed, until, found, wait > 0 ? 1 : PAUSE_SECONDS)
    return Response.json(answer, { headers: { 'cache-control': 'no-store' } })
  })
}

/** What GET would say of itself, without the wait. */
export function HEAD(): Response {
  return new Response(null, { headers: { 'cache-control': 'no-store', 'content-type': 'application/json' } })
}

export const dynamic = 'force-dynamic'
