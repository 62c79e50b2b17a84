import { z } from 'zod'
import { act } from '#lib/access/act.ts'
import type { Context } from '#lib/db/context.ts'
import { retryFailedFiles } from '#lib/db/inbox/inbox-files.ts'
import { notifyWorkers } from '#lib/db/listen.ts'
import { hasFlow } from '#lib/db/runs/flows.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'

/** So many files are named at once. */
const NAMED_MAX = 500

const inputSchema = z.object({
  flow: z.string(),
  /** Ids of files; null: all that have failed. */
  files: z
    .array(z.string().regex(/^\d{1,18}$/, 'is not the id of a file'))
    .max(NAMED_MAX)
    .nullable(),
})

/**
 * Lets files of a flow wait for its next run again, from their first try on: those that have failed, and of those that are named also what waits for its next try.
 * Answers how many. What has landed, is under way or is gone stays as it is.
 */
export async function retryFiles(ctx: Context, request: z.input<typeof inputSchema>): Promise<number> {
  const { flow, files } = inputSchema.parse(request)
  return act(ctx, { action: 'inbox.retry', target: { kind: 'flow', key: flow } }, async (sql) => {
    if (!(await hasFlow(sql, flow)))
      throw new TidemarkError('not-found', { publicMessage: `There is no flow "${toStorableText(flow)}" in the catalogue.` })
    const retried = await retryFailedFiles(sql, flow, files, ctx.clock.now())
    if (retried > 0) await notifyWorkers(sql)
    return { result: retried, after: { files: retried } }
  })
}
