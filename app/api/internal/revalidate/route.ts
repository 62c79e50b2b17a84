import { revalidatePath } from 'next/cache'
import { isOwnCall } from '#app/_lib/own-call.ts'
import { problem } from '#app/_lib/respond.ts'

/** Marks the prerendered overview as outdated. Only this process (or whoever knows TIDEMARK_SECRET) may ask. */
export function POST(request: Request): Response {
  if (!isOwnCall(request.headers)) return problem(404, 'There is nothing here.')
  revalidatePath('/overview/[audience]', 'page')
  return new Response(null, { status: 204 })
}
