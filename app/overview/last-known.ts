import { type DatabaseTrouble, knownTrouble } from '#app/_lib/database-pulse.ts'
import type { OverviewKey } from '#app/_lib/overview-key.ts'
import { type WebProcess, webProcess } from '#app/_lib/web-process.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { databaseProblem, withinPatience } from '#lib/queries/changes/database-answer.ts'
import type { Overview } from '#lib/queries/pages/status-overview.ts'

/** What this process has last read of the overview, the newest last. There are at most eight audiences; of others that were there once the oldest goes. */
declare global {
  var tidemarkLastOverviews: Map<OverviewKey, Overview> | undefined
}

const KNOWN_MAX = 11

/** The overview as it is now; as last known, and saying so, when the database does not answer within seconds. Throws when nothing was ever known. */
export async function overviewOrLastKnown(
  key: OverviewKey,
  read: (context: WebProcess['context']) => Promise<Overview>,
): Promise<Overview> {
  const { context } = webProcess()
  const since = context.clock.now()
  const known = globalThis.tidemarkLastOverviews?.get(key)
  try {
    const trouble = knownTrouble()
    if (trouble !== undefined && known !== undefined) return asLastKnown(known, trouble)
    const overview = await withinPatience(context.clock, read(context))
    remember(key, overview)
    return overview
  } catch (error) {
    if (known === undefined) throw error
    context.log.warn('the overview is shown as last known', { error: toInternalMessage(error) })
    return asLastKnown(known, { problem: databaseProblem(error), since })
  }
}

/** What the page is called and where its days begin, as last read with anybody's overview. */
export function lastKnownPage(): Overview['page'] {
  return [...(globalThis.tidemarkLastOverviews?.values() ?? [])].at(-1)?.page ?? null
}

function remember(key: OverviewKey, overview: Overview): void {
  globalThis.tidemarkLastOverviews ??= new Map()
  const known = globalThis.tidemarkLastOverviews
  known.delete(key)
  known.set(key, overview)
  const [oldest] = known.keys()
  if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest)
}

function asLastKnown(known: Overview, trouble: DatabaseTrouble): Overview {
  return { ...known, banners: [{ kind: 'database', ...trouble }, ...known.banners] }
}
