import { getRunView } from '#lib/queries/run-view.ts'
import { requestContext } from '../../../../_lib/request-context.ts'
import { problem, readQuery, respond } from '../../../../_lib/respond.ts'
import { isRunId } from '../../../../_lib/run-id.ts'

/** A run with its steps and counters; its log is at .../log. */
export function GET(request: Request, { params }: { params: Promise<{ run: string }> }): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const { run } = await params
    const view = isRunId(run) ? await getRunView(requestContext(), run) : null
    return view === null ? problem(404, 'There is no such run.') : Response.json(view, { headers: { 'cache-control': 'no-cache' } })
  })
}
