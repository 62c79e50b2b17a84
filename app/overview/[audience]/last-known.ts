import { type DatabaseTrouble, knownTrouble } from '#app/_lib/database-pulse.ts'
import { type WebProcess, webProcess } from '#app/_lib/web-process.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { databaseProblem, withinPatience } from '#lib/queries/changes/database-answer.ts'
import type { Overview } from '#lib/queries/pages/status-overview.ts'

/** What this process has last read of the overview; survives every copy that Next throws away. */
declare global {
  var tidemarkLastOverview: Overview | undefined
}

/** The overview as it is now; as last known, and saying so, when the database does not answer within seconds. Throws when nothing was ever known. */
export async function overviewOrLastKnown(read: (context: WebProcess['context']) => Promise<Overview>): Promise<Overview> {
  const { context } = webProcess()
  const since = context.clock.now()
  try {
    const trouble = knownTrouble()
    if (trouble !== undefined && globalThis.tidemarkLastOverview !== undefined) return asLastKnown(globalThis.tidemarkLastOverview, trouble)
    const overview = await withinPatience(context.clock, read(context))
    globalThis.tidemarkLastOverview = overview
    return overview
  } catch (error) {
    const known = globalThis.tidemarkLastOverview
    if (known === undefined) throw error
    context.log.warn('the overview is shown as last known', { error: toInternalMessage(error) })
    return asLastKnown(known, { problem: databaseProblem(error), since })
  }
}

function asLastKnown(known: Overview, trouble: DatabaseTrouble): Overview {
  return { ...known, banners: [{ kind: 'database', ...trouble }, ...known.banners] }
}
