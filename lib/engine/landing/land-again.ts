import { LAKE } from '#lib/catalogue/schema/declared-flow.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { prepareInLake } from './land-in-lake.ts'
import type { LandingContext } from './landing.ts'
import { MADE_MARK } from './landing-table.ts'
import { WhoseFailure } from './whose-failure.ts'

const TRIES = { retries: 2, backoffMs: 2000 }

/**
 * Lets files wait again that landed before their table was made: that one, or its whole database, was dropped, and they went with it. Answers how many. Of a
 * table that somebody else made nothing is known, and of one of another system.
 */
export async function landAgain(ctx: LandingContext, into: string): Promise<number> {
  if (connectionOf(into) !== LAKE) return 0
  const whose = new WhoseFailure()
  const madeAt = await ctx.retry(TRIES, async () => {
    await prepareInLake(ctx, pathOf(into), whose)
    const rows = await whose.ofLake(() =>
      ctx.lake.query<{ madeAt: number }>(
        'select extract(epoch from landed_at) * 1000 as "madeAt" from tidemark.landed_file where landing_table = $1 and file = $2',
        [pathOf(into), MADE_MARK],
      ),
    )
    return rows[0] === undefined ? null : Number(rows[0].madeAt)
  })
  return madeAt === null ? 0 : ctx.inbox.landAgain(madeAt)
}
