import { requestContext } from '#app/_lib/request-context.ts'
import { readQuery, refuse, respond } from '#app/_lib/respond.ts'
import { movedFor, webProcess } from '#app/_lib/web-process.ts'

/** `?since=` the instant a page was made → the topics of what has changed on it or elsewhere since then. */
export function GET(request: Request): Promise<Response> {
  return respond(
    async () => {
      const since = readQuery(request, ['since']).get('since') ?? ''
      if (!/^\d{1,15}$/.test(since)) throw refuse('Name an instant in milliseconds: ?since=1700000000000')
      const { audience } = (await requestContext()).actor
      return Response.json({ topics: movedFor(webProcess(), audience).since(Number(since)) }, { headers: { 'cache-control': 'no-store' } })
    },
    { database: false },
  )
}

export const dynamic = 'force-dynamic'
