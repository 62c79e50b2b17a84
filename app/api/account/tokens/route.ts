import { type ActionFields, acceptAction } from '#app/_lib/accept-action.ts'
import { refuse } from '#app/_lib/respond.ts'
import { accountTokensPath } from '#app/_ui/paths.ts'
import { renderMade } from '#app/account/tokens/made/render-made.ts'
import { createToken, type TokenRequest, tokenRequestSchema } from '#lib/access/tokens.ts'

/** Makes a token of whoever is signed in; the answer, a page where a form was sent, is the only one that tells it. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(
    request,
    { action: 'token.create', target: null },
    async (ctx, fields) => {
      const made = await createToken(ctx, readRequest(fields))
      const answer = { id: made.id, token: made.token, expiresAt: new Date(made.expiresAt).toISOString() }
      return { location: accountTokensPath, answer, page: () => renderMade(made) }
    },
    { path: accountTokensPath },
  )
}

/** A form says in one word what the token may, and everything else as text. */
function readRequest(fields: ActionFields): TokenRequest {
  const { may, audience, days, ...given } = fields
  const parsed = tokenRequestSchema.safeParse({
    ...given,
    ...(may === 'address' && { kind: 'address' }),
    ...(typeof may === 'string' && { scopes: [may === 'address' ? 'read' : may] }),
    ...(days !== undefined && { days: typeof days === 'object' ? days : Number(days) }),
    audience: audience === undefined || audience === '' ? null : audience,
  })
  if (parsed.success) return parsed.data
  throw refuse(parsed.error.issues.map(({ path, message }) => `"${path.join('.')}" ${message}.`).join(' '))
}
