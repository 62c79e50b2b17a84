import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** What a system has just started stands in its lists within so long. */
const LISTED_WITHIN_MS = 2 * MINUTE_MS

/**
 * To be asked before a run is started that no list shows: throws while an earlier try may have begun one that is not listed yet. Another try, a little later,
 * looks for it again.
 */
export function requireListed(system: string, job: string, { triedAt }: Pick<WantedJobRun, 'triedAt'>, now: Instant): void {
  if (triedAt === null || now >= triedAt + LISTED_WITHIN_MS) return
  throw new TidemarkError('unavailable', {
    publicMessage: `${system} may have started ${job} already, and does not list its run yet: it is looked for before it is started again.`,
    retryable: true,
  })
}
