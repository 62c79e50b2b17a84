import { getHeartbeat, postHeartbeat } from '#app/_push/heartbeat.ts'

interface Where {
  params: Promise<{ asset: string }>
}

/** What the job that loads an asset tells of itself. */
export async function POST(request: Request, { params }: Where): Promise<Response> {
  return postHeartbeat(request, [(await params).asset])
}

/** The same for a line of cron. */
export async function GET(request: Request, { params }: Where): Promise<Response> {
  return getHeartbeat(request, [(await params).asset])
}

export const dynamic = 'force-dynamic'
