import { readQuestion } from '#app/_api/read-question.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { problem, respond } from '#app/_lib/respond.ts'
import { isRunId } from '#lib/domain/runs/run.ts'
import { logQuestion } from '#lib/queries/api/questions.ts'
import { getRunLog, hasRun, toLogQuery } from '#lib/queries/runs/run-log.ts'

/** Lines of a run's log: the newest that fit `find` and `level`, or those `before` or `after` a known line. */
export function GET(request: Request, { params }: { params: Promise<{ run: string }> }): Promise<Response> {
  return respond(async () => {
    const query = toLogQuery(readQuestion(request, logQuestion))
    const { run } = await params
    const ctx = await requestContext()
    if (!isRunId(run) || !(await hasRun(ctx, run))) return problem(404, 'There is no such run.')
    return Response.json(await getRunLog(ctx, run, query), { headers: { 'cache-control': 'private, no-cache' } })
  })
}
