import { allowFlowPush, postFlowPush } from '#app/_push/flow-push.ts'

interface Where {
  params: Promise<{ flow: string }>
}

/** Takes what another system tells a flow: files that were written, or that a run of it is wanted. */
export async function POST(request: Request, { params }: Where): Promise<Response> {
  return postFlowPush(request, (await params).flow)
}

/** Tells a sender of CloudEvents whether it may send. */
export async function OPTIONS(request: Request, { params }: Where): Promise<Response> {
  return allowFlowPush(request, (await params).flow)
}

export const dynamic = 'force-dynamic'
