import type { WrittenLanding } from '#lib/catalogue/schema/landing.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { drainInbox } from '#lib/engine/inbox/drain-inbox.ts'
import { landAgain } from '#lib/engine/landing/land-again.ts'
import { landFile } from '#lib/engine/landing/land-file.ts'

/** Carries every file that waits for the flow into its table, each by itself. */
export async function landDeclaredFlow(
  ctx: FlowContext<{ dryRun?: boolean | undefined }>,
  landing: WrittenLanding,
  tolerance: number,
): Promise<FlowResult> {
  if (ctx.parameters.dryRun !== true) {
    const again = await landAgain(ctx, landing.into)
    if (again > 0)
      ctx.log.info(
        `${again} files landed in a table that is there no more, and are landed again; those that landed more than 30 days ago may be missing.`,
      )
  }
  let written = 0
  return drainInbox(ctx, async (file) => {
    let ofFile = 0
    const onRows = (rows: number) => {
      written += rows - ofFile
      ofFile = rows
      ctx.count('land', { 'rows read': written })
    }
    return landFile(ctx, file, landing, { tolerance, onRows })
  })
}
