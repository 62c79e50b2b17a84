import type { Context } from '#lib/db/context.ts'
import { isUnhealthy, type Reason } from '#lib/domain/freshness/status.ts'
import { assetOf } from '#lib/domain/lineage/causes/cause.ts'
import type { EmbedCause } from '#lib/domain/wording/embed-words.ts'
import { causesNow } from '#lib/queries/shared/causes.ts'
import type { EmbedSubject, JudgedAsset } from './embed-subject.ts'

interface Root {
  id: number
  name: string
  feedId: number | null
  reason: Reason | null
}

const ROOT = `
  select s.id, s.name, a.feed_id as "feedId", sp.reason
  from subject s left join asset a on a.subject_id = s.id left join status_span sp on sp.subject_id = s.id and sp.to_at is null where s.id = $1`

/** What broke first, with the asset that it is, as far as that is seen; null: it is not. */
export interface Cause {
  cause: EmbedCause
  rootId: number | null
}

/** What broke first, over the lineage in force; where it does not lie in the subject it is named only if `everybody` sees it, null being that nobody does. Null where nothing is wrong. */
export async function findCause(
  ctx: Context,
  subject: EmbedSubject,
  assets: readonly JudgedAsset[],
  everybody: Context | null,
): Promise<Cause | null> {
  const alike = assets.filter(({ status }) => status === subject.status)
  const focus = alike.find(({ reason }) => reason === subject.reason) ?? alike[0]
  if (focus === undefined || !isUnhealthy(subject.status)) return null
  const first = (await causesNow(ctx)).beginningsOf(focus.id)[0]
  const rootId = first === undefined ? focus.id : assetOf(first.key)
  if (rootId === null) return { cause: { of: 'unseen' }, rootId: null }
  const [root] = (await ctx.pool.query<Root>(ROOT, [rootId])).rows
  if (root === undefined) return { cause: { of: 'unseen' }, rootId: null }
  if (rootId === focus.id && (assets.length === 1 || focus.name === subject.name)) return { cause: { of: 'itself' }, rootId }
  const isNamed = root.feedId === subject.id || (everybody !== null && (await isSeen(everybody, rootId)))
  return { cause: isNamed ? { of: 'named', name: root.name, reason: root.reason } : { of: 'unseen' }, rootId }
}

async function isSeen({ pool }: Context, id: number): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from subject where id = $1', [id])
  return rowCount === 1
}
