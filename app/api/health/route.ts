import { readQuery, respond } from '#app/_lib/respond.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { getHealth } from '#lib/queries/pages/health.ts'

/** 200 while the page can be believed, 503 otherwise; the body says which part is not well. */
export function GET(request: Request): Promise<Response> {
  return respond(
    async () => {
      readQuery(request, [])
      const health = await getHealth(webProcess().context)
      return Response.json(health, { status: health.ok ? 200 : 503, headers: { 'cache-control': 'no-store' } })
    },
    { database: false },
  )
}

export const dynamic = 'force-dynamic'
