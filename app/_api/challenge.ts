import type { TidemarkError } from '#lib/domain/tidemark-error.ts'

const REALM = 'Bearer realm="Tidemark"'

/** The header that says how to ask (RFC 6750): for whom nobody knows, and for a token that is over or not for this. */
export function challengeFor({ code, challenge }: Pick<TidemarkError, 'code' | 'challenge'>): {
  'www-authenticate'?: string
} {
  if (challenge !== undefined) return { 'www-authenticate': `${REALM}, error="${challenge}"` }
  return code === 'unauthorized' ? { 'www-authenticate': REALM } : {}
}
