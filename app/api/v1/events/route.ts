import { accepted, readQuestion } from '#app/_api/read-question.ts'
import { eventStream, tooManyStreams } from '#app/_lib/event-stream.ts'
import { GREETING, missedFrames } from '#app/_lib/page-events.ts'
import { requestContext, whoIsAsking } from '#app/_lib/request-context.ts'
import { comeAgain, problem, respond } from '#app/_lib/respond.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { eventsHeader, eventsQuestion } from '#lib/queries/api/questions.ts'

const HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }
const RETRY_AFTER_SECONDS = 30

/**
 * Server-sent events: `change` (id = the change's number, so a browser that was away says where it left off), `moved` with the topics
 * of what has changed. `?seen=` is the instant a page was made: what moved since is told at once. While the database
 * is silent there is nothing to follow: 503; 429 for who follows too often already.
 */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const { seen = null } = readQuestion(request, eventsQuestion)
    const { 'last-event-id': lastId } = accepted(eventsHeader.safeParse({ 'last-event-id': request.headers.get('last-event-id') ?? '' }))
    const start = { afterId: lastId || null, seen }
    const web = webProcess()
    const context = await requestContext()
    const { sessionId, from } = whoIsAsking()
    const { kind, id, audience } = context.actor
    const reader = { audience, sessionId, tokenId: kind === 'token' ? id : null, from }
    const refusal = tooManyStreams(web.listeners, reader)
    if (refusal !== null)
      return comeAgain(problem(429, `${refusal} Close what you do not need; it goes on by itself then.`), RETRY_AFTER_SECONDS)
    const catchUp = () => missedFrames(web, context, start)
    const stream = eventStream({ listeners: web.listeners, reader, greeting: GREETING, catchUp, gone: request.signal })
    return new Response(stream, { headers: HEADERS })
  })
}

/** What GET would say of itself. Next would answer with the whole of it and throw the stream away. */
export function HEAD(): Response {
  return new Response(null, { headers: HEADERS })
}

export const dynamic = 'force-dynamic'
