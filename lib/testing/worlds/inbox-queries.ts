import type { Context } from '#lib/db/context.ts'
import { getApiPage } from '#lib/queries/api/list.ts'
import { FILE_LIST } from '#lib/queries/api/list-files.ts'
import { getInboxSummary } from '#lib/queries/inbox/inbox-summary.ts'
import { getLeftOutMessages } from '#lib/queries/inbox/left-out-messages.ts'
import { getRefusedPushes } from '#lib/queries/inbox/refused-pushes.ts'
import type { Asked } from './catalogue-queries.ts'

/** The queries of inboxes, by their names. */
export const INBOX_QUERIES: Record<string, (ctx: Context, about: Asked) => Promise<unknown>> = {
  getInboxSummary: async (ctx, { name }) => [
    await getInboxSummary(ctx, `${name}-flow`, [
      { kind: 'file', source: 'lake', place: name, match: null, by: 'listing', everyMs: 60_000 },
    ]),
    await getApiPage(ctx, FILE_LIST, {}),
  ],
  getLeftOutMessages: (ctx, { name }) => getLeftOutMessages(ctx, `${name}-flow`),
  getRefusedPushes: (ctx, { name }) => getRefusedPushes(ctx, `${name}-flow`),
}
