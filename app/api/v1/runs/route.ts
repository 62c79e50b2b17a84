import { requestContext } from '#app/_lib/request-context.ts'
import { readQuery, refuse, respond } from '#app/_lib/respond.ts'
import { parseRunFilter, questionIn, RUNS_QUESTION } from '#app/_ui/runs/run-question.ts'
import { getRunList } from '#lib/queries/runs/run-list.ts'

/** Runs of all flows: what is under way, and a page of ended ones, newest first. */
export function GET(request: Request): Promise<Response> {
  return respond(async () => {
    const filter = parseRunFilter(questionIn(Object.fromEntries(readQuery(request, RUNS_QUESTION))))
    if ('problem' in filter) throw refuse(filter.problem)
    return Response.json(await getRunList(await requestContext(), filter), { headers: { 'cache-control': 'private, no-cache' } })
  })
}
