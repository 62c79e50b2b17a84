import { requestContext } from '#app/_lib/request-context.ts'
import { problem, readQuery, refuse, respond } from '#app/_lib/respond.ts'
import { LOG_QUESTION, parseLogQuestion } from '#app/_ui/runs/run-question.ts'
import { isRunId } from '#lib/domain/runs/run.ts'
import { getRunLog, hasRun } from '#lib/queries/runs/run-log.ts'

/** Lines of a run's log: the newest that fit `find` and `level`, or those `before` or `after` a known line. */
export function GET(request: Request, { params }: { params: Promise<{ run: string }> }): Promise<Response> {
  return respond(async () => {
    const query = parseLogQuestion(Object.fromEntries(readQuery(request, LOG_QUESTION)))
    if ('problem' in query) throw refuse(query.problem)
    const { run } = await params
    const ctx = await requestContext()
    if (!isRunId(run) || !(await hasRun(ctx, run))) return problem(404, 'There is no such run.')
    return Response.json(await getRunLog(ctx, run, query), { headers: { 'cache-control': 'private, no-cache' } })
  })
}
