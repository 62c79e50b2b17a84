import { z } from 'zod'
import { lockFollowing } from '#lib/commands/status/follow-lineage.ts'
import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import { listAssetsOfConnections } from '#lib/db/catalogue/assets.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { putReceiverGaps } from '#lib/db/history/blind.ts'
import { isOurTurn } from '#lib/db/our-turn.ts'
import { listPushConnections } from '#lib/db/push/push-runs.ts'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import { DAY_MS, SECOND_MS } from '#lib/domain/time/instant.ts'

/** A receiver says so often that it is there. */
export const RECEIVER_BEAT_MS = 15 * SECOND_MS
/** After so long without a word nobody received: a process that starts anew is there again sooner. */
const STOPPED_AFTER_MS = 90 * SECOND_MS
const GAPS_MAX = 50
const GAPS_KEPT_MS = 30 * DAY_MS

const KEY = 'receiver'
const noteSchema = z.object({ at: z.number(), gaps: z.array(z.object({ from: z.number(), to: z.number() })) })

/** What the receivers last said; null: there was none yet. */
async function readNote(sql: Sql): Promise<z.output<typeof noteSchema> | null> {
  return noteSchema.safeParse(await getSetting(sql, KEY)).data ?? null
}

/** Notes that somebody receives what is pushed now, and how long nobody did. */
export function noteReceiving(ctx: Context): Promise<void> {
  return withTransaction(ctx, async (sql) => {
    await sql.query('select from setting where key = $1 for update', [KEY])
    const now = ctx.clock.now()
    const { at, gaps } = (await readNote(sql)) ?? { at: now, gaps: [] }
    const isBack = now - at > STOPPED_AFTER_MS
    const kept = [...gaps, ...(isBack ? [{ from: at, to: now }] : [])].filter(({ to }) => to > now - GAPS_KEPT_MS).slice(-GAPS_MAX)
    await putSetting(sql, KEY, { at: Math.max(at, now), gaps: kept })
  })
}

/**
 * Makes what is only ever told about blind for as long as nobody received what is pushed, while that lasts and afterwards: what is told of that time later
 * still counts. Answers whether anything changed; false, too, while another worker is at it.
 */
export function followReceiver(ctx: Context): Promise<boolean> {
  return withTransaction(ctx, async (sql) => {
    if (!(await isOurTurn(sql, 'pushReceiver'))) return false
    const note = await readNote(sql)
    const connections = (await listPushConnections(sql)).map(({ key }) => key)
    if (note === null || connections.length === 0) return false
    const now = ctx.clock.now()
    const open = now - note.at > STOPPED_AFTER_MS ? [{ from: note.at, to: null }] : []
    const since = await putReceiverGaps(sql, connections, [...note.gaps, ...open], now)
    if (since === null) return false
    const ids = await listAssetsOfConnections(sql, connections)
    await lockFollowing(sql, now, [], ids)
    if (ids.length > 0) await rebuildWithin(sql, await loadReporting(sql, now), new Map(ids.map((id) => [id, since])))
    return true
  })
}
