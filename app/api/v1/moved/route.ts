import { readQuestion } from '#app/_api/read-question.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { respond } from '#app/_lib/respond.ts'
import { movedFor, webProcess } from '#app/_lib/web-process.ts'
import { movedQuestion } from '#lib/queries/api/questions.ts'

/** `?since=` the instant a page was made → the topics of what has changed on it or elsewhere since then. */
export function GET(request: Request): Promise<Response> {
  return respond(
    async () => {
      const { since } = readQuestion(request, movedQuestion)
      const { audience } = (await requestContext()).actor
      return Response.json({ topics: movedFor(webProcess(), audience).since(since) }, { headers: { 'cache-control': 'no-store' } })
    },
    { database: false },
  )
}

export const dynamic = 'force-dynamic'
