import { act } from '#lib/access/act.ts'
import type { Context } from '#lib/db/context.ts'
import { insertDeployNote } from '#lib/db/incidents/deploy-notes.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'

/** What was rolled out, and what it is about; null: everything. */
export interface Deploy {
  subject: { kind: 'group' | 'feed' | 'asset'; key: string } | null
  text: string
  url: string | null
  /** null: now. */
  at: Instant | null
}

/** Keeps that something was rolled out; answers its number. */
export function noteDeploy(ctx: Context, { subject, text: written, url, at }: Deploy): Promise<number> {
  const text = toShownText(written)
  return act(ctx, { action: 'deploy.note', target: subject, reason: text }, async (sql) => {
    const now = ctx.clock.now()
    if (at !== null && isFuture(at, now))
      throw new TidemarkError('invalid', { publicMessage: '“at” lies ahead. What was rolled out was so by now.' })
    const result = await insertDeployNote(sql, { subject, text, url, at: at ?? now, by: ctx.actor.name })
    if (result === null)
      throw new TidemarkError('not-found', { publicMessage: `There is no ${subject?.kind ?? 'thing'} "${subject?.key}".` })
    return { result, after: { deploy: result, url } }
  })
}
