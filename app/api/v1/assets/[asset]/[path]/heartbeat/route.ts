import { getHeartbeat, postHeartbeat } from '#app/_push/heartbeat.ts'

interface Where {
  params: Promise<{ asset: string; path: string }>
}

/** What the job that loads an asset tells of itself, at an address that holds the key of the asset as it is written. */
export async function POST(request: Request, { params }: Where): Promise<Response> {
  const { asset, path } = await params
  return postHeartbeat(request, [asset, path])
}

/** The same for a line of cron. */
export async function GET(request: Request, { params }: Where): Promise<Response> {
  const { asset, path } = await params
  return getHeartbeat(request, [asset, path])
}

export const dynamic = 'force-dynamic'
