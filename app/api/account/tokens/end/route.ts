import { acceptAction } from '#app/_lib/accept-action.ts'
import { refuse } from '#app/_lib/respond.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { accountTokensPath, adminPartPath, embedsPath } from '#app/_ui/paths.ts'
import { endToken } from '#lib/access/tokens.ts'
import { embedSubject } from '#lib/queries/api/order-bodies.ts'

/** Ends a token, one's own or as an admin anybody's: `{ token: <id> }`; with `subject` it leads back to the page that makes embeds of that. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(request, { action: 'token.end', target: null }, async (ctx, { token, subject }) => {
    if (typeof token !== 'string' || token === '') throw refuse('Say which token.')
    const { isOwn } = await endToken(ctx, token)
    webProcess().embeds?.keys.forget()
    const shows = embedSubject.safeParse(subject).data
    if (shows !== undefined) return { location: embedsPath(shows), answer: { ended: true } }
    return { location: isOwn ? accountTokensPath : adminPartPath('tokens'), answer: { ended: true } }
  })
}
