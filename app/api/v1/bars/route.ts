import { requestContext } from '#app/_lib/request-context.ts'
import { readQuery, refuse, respond } from '#app/_lib/respond.ts'
import { parseSubjects } from '#app/_lib/subject-name.ts'
import { getSubjectBars, SUBJECTS_MAX } from '#lib/queries/pages/subject-bars.ts'

/** `?subjects=feed:terms,group:records` → bars by subject, at most 60 at once. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const text = readQuery(request, ['subjects']).get('subjects')
    if (!text) throw refuse(`Name up to ${SUBJECTS_MAX} subjects: ?subjects=feed:terms,group:records`)
    const bars = await getSubjectBars(await requestContext(), parseSubjects(text))
    return Response.json(bars, { headers: { 'cache-control': 'private, no-cache' } })
  })
}
