import { createHash, timingSafeEqual } from 'node:crypto'
import { revalidatePath } from 'next/cache'
import { problem } from '../../../_lib/respond.ts'
import { webProcess } from '../../../_lib/web-process.ts'

/** Marks the prerendered overview as outdated. Only this process (or whoever knows TIDEMARK_SECRET) may ask. */
export function POST(request: Request): Response {
  const given = request.headers.get('authorization') ?? ''
  if (!sameText(given, `Bearer ${webProcess().internalKey}`)) return problem(404, 'There is nothing here.')
  revalidatePath('/overview/[audience]', 'page')
  return new Response(null, { status: 204 })
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
