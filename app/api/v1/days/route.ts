import { readQuestion } from '#app/_api/read-question.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { problem, respond } from '#app/_lib/respond.ts'
import { daysQuestion } from '#lib/queries/api/questions.ts'
import { getSubjectDays } from '#lib/queries/pages/subject-bars.ts'

/** `?subject=feed:terms` → its last 90 days in full, newest first. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const { subject } = readQuestion(request, daysQuestion)
    const days = await getSubjectDays(await requestContext(), subject)
    return days === null
      ? problem(404, `There is no ${subject.kind}:${subject.key}.`)
      : Response.json(days, { headers: { 'cache-control': 'private, no-cache' } })
  })
}
