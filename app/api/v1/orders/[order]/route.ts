import { requestContext } from '#app/_lib/request-context.ts'
import { problem, readQuery, respond } from '#app/_lib/respond.ts'
import { getOrder } from '#lib/queries/runs/reload-order.ts'

/** An order of a reload as it stands: who, why, its steps with their runs, and when it will have ended. */
export function GET(request: Request, { params }: { params: Promise<{ order: string }> }): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const order = await getOrder(await requestContext(), (await params).order)
    return order === null
      ? problem(404, 'There is no such order.')
      : Response.json(order, { headers: { 'cache-control': 'private, no-cache' } })
  })
}
