import { requestContext } from '#app/_lib/request-context.ts'
import { problem, readQuery, refuse, respond } from '#app/_lib/respond.ts'
import { parseSubject } from '#app/_lib/subject-name.ts'
import { getSubjectDays } from '#lib/queries/pages/subject-bars.ts'

/** `?subject=feed:terms` → its last 90 days in full, newest first. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const text = readQuery(request, ['subject']).get('subject')
    if (!text) throw refuse('Name a subject: ?subject=feed:terms')
    const days = await getSubjectDays(await requestContext(), parseSubject(text))
    return days === null ? problem(404, `There is no ${text}.`) : Response.json(days, { headers: { 'cache-control': 'private, no-cache' } })
  })
}
