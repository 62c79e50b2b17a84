import { readQuestion } from '#app/_api/read-question.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { respond } from '#app/_lib/respond.ts'
import { barsQuestion } from '#lib/queries/api/questions.ts'
import { getSubjectBars } from '#lib/queries/pages/subject-bars.ts'

/** `?subjects=feed:terms,group:records` → bars by subject, at most 60 at once. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const { subjects } = readQuestion(request, barsQuestion)
    const bars = await getSubjectBars(await requestContext(), subjects)
    return Response.json(bars, { headers: { 'cache-control': 'private, no-cache' } })
  })
}
