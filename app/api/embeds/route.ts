import { acceptAction } from '#app/_lib/accept-action.ts'
import { refuse } from '#app/_lib/respond.ts'
import { embedsPath } from '#app/_ui/paths.ts'
import { renderMade } from '#app/account/tokens/made/render-made.ts'
import { createToken, tokenRequestSchema } from '#lib/access/tokens.ts'
import { TOKEN_DAYS_MAX } from '#lib/domain/access/token-rules.ts'
import { embedSubject } from '#lib/queries/api/order-bodies.ts'

/** Makes the key of an embed (`subject`, `name`, `days`) of whoever is signed in; the answer, a page where a form was sent, is the only one that tells it. */
export function POST(request: Request): Promise<Response> {
  return acceptAction(
    request,
    { action: 'token.create', target: null },
    async (ctx, { subject, name, days }) => {
      const asked = {
        kind: 'embed',
        name,
        shows: embedSubject.safeParse(subject).data ?? null,
        days: typeof days === 'object' ? days : Number(days ?? TOKEN_DAYS_MAX),
      }
      const { data, error } = tokenRequestSchema.safeParse(asked)
      if (data === undefined) throw refuse(error.issues.map(({ path, message }) => `"${path.join('.')}" ${message}.`).join(' '))
      const made = await createToken(ctx, data)
      const answer = { id: made.id, token: made.token, expiresAt: new Date(made.expiresAt).toISOString() }
      return { location: embedsPath(data.shows ?? { kind: '', key: '' }), answer, page: () => renderMade(made) }
    },
    { path: '/embeds', keeps: ['subject'] },
  )
}
