import { readBody } from '#app/_api/read-question.ts'
import { type ActionFields, acceptAction } from '#app/_lib/accept-action.ts'
import { requestContext } from '#app/_lib/request-context.ts'
import { problem, readQuery, respond } from '#app/_lib/respond.ts'
import type { Context } from '#app/_lib/web-process.ts'
import { decodeSegment, feedPath } from '#app/_ui/paths.ts'
import { readParameterFields } from '#lib/catalogue/resolve/parameter-fields.ts'
import { orderReload } from '#lib/commands/orders/order-reload.ts'
import { planReload } from '#lib/commands/orders/plan-reload.ts'
import { reloadBody } from '#lib/queries/api/order-bodies.ts'
import { getReloadForm } from '#lib/queries/runs/reload-form.ts'

interface Params {
  params: Promise<{ feed: string }>
}

/** What a reload of the feed would run, in which order, and what it may be told. */
export function GET(request: Request, { params }: Params): Promise<Response> {
  return respond(async () => {
    readQuery(request, [])
    const feed = decodeSegment((await params).feed) ?? ''
    const ctx = await requestContext()
    const [plan, form] = await Promise.all([planReload(ctx, feed), getReloadForm(ctx, feed)])
    return plan === null
      ? problem(404, 'There is no such feed.')
      : Response.json({ plan, form }, { headers: { 'cache-control': 'private, no-cache' } })
  })
}

/** Orders a reload, or joins the one that goes on: `{ reason, parameters }`, or from a form a field `p.<name>` for each parameter. */
export async function POST(request: Request, { params }: Params): Promise<Response> {
  const feed = decodeSegment((await params).feed) ?? ''
  return acceptAction(request, { action: 'feed.reload', target: { kind: 'feed', key: feed } }, async (ctx, fields) => {
    const { reason = null, parameters = {} } = readBody(fields, reloadBody)
    const told = { ...parameters, ...(await parametersInForm(ctx, feed, fields)) }
    const { orderId, isJoined } = await orderReload(ctx, { feed, reason, parameters: told })
    return { location: `${feedPath(feed)}#reload`, answer: { order: orderId, joined: isJoined } }
  })
}

const FIELD = 'p.'

async function parametersInForm(ctx: Context, feed: string, fields: ActionFields): Promise<Record<string, unknown>> {
  const written = Object.entries(fields).flatMap(([name, text]) =>
    name.startsWith(FIELD) && text !== '' ? [[name.slice(FIELD.length), text]] : [],
  )
  if (written.length === 0) return {}
  const form = await getReloadForm(ctx, feed)
  return readParameterFields(form?.fields ?? [], Object.fromEntries(written))
}
