import { readBody } from '#app/_api/read-question.ts'
import { acceptAction } from '#app/_lib/accept-action.ts'
import { overviewPath, subjectPath } from '#app/_ui/paths.ts'
import { noteDeploy } from '#lib/commands/incidents/note-deploy.ts'
import { deployBody } from '#lib/queries/api/incident-bodies.ts'

/** Notes that something was rolled out: `{ text: "dbt 2026-11-30", subject: "group:records" }`; it stands before the incidents that come right after. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'deploy.note', target: null }, async (ctx, fields) => {
    const { subject, ...deploy } = readBody(fields, deployBody)
    const id = await noteDeploy(ctx, { subject, ...deploy })
    return { location: subject === null ? overviewPath : subjectPath(subject), answer: { deploy: id } }
  })
}
