import { getRunView } from '#lib/queries/run-page.ts'
import { requestContext } from '../../../../_lib/request-context.ts'
import { problem, readQuery, respond } from '../../../../_lib/respond.ts'
import { isRunId } from '../../../../_lib/run-id.ts'

/** A run with its tasks and the end of its log. */
export function GET(request: Request, { params }: { params: Promise<{ run: string }> }): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const { run } = await params
    const view = isRunId(run) ? await getRunView(requestContext(), run) : null
    return view === null ? problem(404, 'There is no such run.') : Response.json(view, { headers: { 'cache-control': 'no-cache' } })
  })
}
