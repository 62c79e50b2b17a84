import type { WrittenLanding } from '#lib/catalogue/schema/landing.ts'
import type { FlowContext, FlowResult } from '#lib/engine/flow.ts'
import { drainInbox } from '#lib/engine/inbox/drain-inbox.ts'
import { landFile } from '#lib/engine/landing/land-file.ts'

/** Carries every file that waits for the flow into its table, each by itself. */
export function landDeclaredFlow(ctx: FlowContext<unknown>, landing: WrittenLanding, tolerance: number): Promise<FlowResult> {
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
