import { type NextRequest, NextResponse } from 'next/server'
import { contentPolicy } from '#app/_lib/content-policy.ts'
import { OVERVIEW_PATH } from '#app/_lib/overview-key.ts'

/** Pages rendered per request: only scripts with this request's nonce run. */
export function proxy(request: NextRequest): NextResponse {
  const isDevelopment = process.env.NODE_ENV === 'development'
  // Rendered once for many readers: the door names its scripts by their hashes.
  if (request.nextUrl.pathname === OVERVIEW_PATH && !isDevelopment) return NextResponse.next()
  const nonce = btoa(crypto.randomUUID())
  const policy = contentPolicy(`'nonce-${nonce}' 'strict-dynamic'`, { isDevelopment })
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

/** Everything but what next.config.mjs gives a policy of its own: answers that are no pages. */
export const config = { matcher: ['/((?!_next/|api/|embed/|feed\\.atom|icon\\.svg).*)'] }
