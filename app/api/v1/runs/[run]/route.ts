import { requestContext } from '#app/_lib/request-context.ts'
import { problem, readQuery, respond } from '#app/_lib/respond.ts'
import { isRunId } from '#lib/domain/runs/run.ts'
import { getRunView } from '#lib/queries/runs/run-view.ts'

/** A run with its steps and counters; its log is at .../log. */
export function GET(request: Request, { params }: { params: Promise<{ run: string }> }): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const { run } = await params
    const view = isRunId(run) ? await getRunView(await requestContext(), run) : null
    return view === null
      ? problem(404, 'There is no such run.')
      : Response.json(view, { headers: { 'cache-control': 'private, no-cache' } })
  })
}
