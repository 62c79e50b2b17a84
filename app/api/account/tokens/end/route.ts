import { acceptAction } from '#app/_lib/accept-action.ts'
import { refuse } from '#app/_lib/respond.ts'
import { accountTokensPath, adminPartPath } from '#app/_ui/paths.ts'
import { endToken } from '#lib/access/tokens.ts'

/** Ends a token, one's own or as an admin anybody's: `{ token: <id> }`. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'token.end', target: null }, async (ctx, { token }) => {
    if (typeof token !== 'string' || token === '') throw refuse('Say which token.')
    const { isOwn } = await endToken(ctx, token)
    return { location: isOwn ? accountTokensPath : adminPartPath('tokens'), answer: { ended: true } }
  })
}
