import { type Context, withTransaction } from '#lib/db/context.ts'
import { landFilesAgain, noteLanded, noteNotLanded, type Taker, takeFiles } from '#lib/db/inbox/inbox-files.ts'
import { countWaitingFiles, failLostFiles, giveBackFiles, sumFilesOfRun } from '#lib/db/inbox/run-files.ts'
import { pauseBeforeTry } from '#lib/domain/files/inbox-file.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import type { FlowInbox } from '#lib/engine/inbox/flow-inbox.ts'

const REASON_MAX = 1000

/** The inbox of a flow for one attempt of its run. What an attempt says that no longer holds its run changes nothing. */
export function runInbox(ctx: Context, run: Taker): FlowInbox {
  const { pool, clock } = ctx
  let hasLooked = false
  const failLost = async () => {
    if (!hasLooked) await failLostFiles(pool, run, clock.now())
    hasLooked = true
  }
  return {
    async take(most, only) {
      await failLost()
      return takeFiles(pool, run, { most, waiting: only !== 'left over', leftOver: only !== 'waiting' }, clock.now())
    },
    async settle({ id, tries }, end) {
      const now = clock.now()
      if (end.kind === 'landed')
        return (await withTransaction(ctx, (sql) => noteLanded(sql, id, run.fence, end.counts, now))) ? 'landed' : undefined
      const pauseMs = end.isFinal ? null : pauseBeforeTry(tries)
      const reason = toShownText(end.reason).slice(0, REASON_MAX)
      const againAt = pauseMs === null ? null : now + pauseMs
      return noteNotLanded(pool, { id, fence: run.fence, reason, againAt, isGone: end.isGone, now })
    },
    giveBack: (files) =>
      giveBackFiles(
        pool,
        files.map(({ id }) => id),
        run.fence,
      ),
    landAgain: (landedBefore) => landFilesAgain(pool, run, landedBefore, clock.now()),
    countWaiting: () => countWaitingFiles(pool, run.flow, clock.now()),
    async earlier() {
      await failLost()
      return sumFilesOfRun(pool, run)
    },
  }
}
