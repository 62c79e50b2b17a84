import { readQuestion } from '#app/_api/read-question.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { problem, respond } from '#app/_lib/respond.ts'
import { dayQuestion } from '#lib/queries/api/questions.ts'
import { getSubjectDay } from '#lib/queries/days/subject-day.ts'

/** `/api/v1/days/2026-11-24?subject=feed:terms` → what broke that day, and why. */
export function GET(request: Request, { params }: { params: Promise<{ day: string }> }): Promise<Response> {
  return respond(async () => {
    const { subject } = readQuestion(request, dayQuestion)
    const day = await getSubjectDay(await requestContext(), (await params).day, subject ?? null)
    return day === null
      ? problem(404, `There is no such ${subject === undefined ? '' : 'subject, or no such '}day among the last ninety.`)
      : Response.json(day, { headers: { 'cache-control': 'private, no-cache' } })
  })
}
