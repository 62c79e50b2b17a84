import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { FivetranApi } from './api.ts'
import type { Sync } from './shapes.ts'

/**
 * The last sync of each connection that succeeded and the last that failed, of those that ended since. Fivetran lists no runs and names none: one is known by
 * its end, so that one under way, whose beginning nobody tells, is none yet.
 */
export async function* listRuns(api: FivetranApi, since: Instant): AsyncGenerator<ExternalRun> {
  for (const sync of await api.syncs()) {
    const { succeeded_at: succeededAt, failed_at: failedAt } = sync
    if (succeededAt !== null && succeededAt >= since) yield runOf(sync, 'completed', succeededAt, null)
    if (failedAt === null || failedAt < since) continue
    // What is to be mended now says nothing of a failure before the last success.
    const words = succeededAt !== null && succeededAt >= failedAt ? null : wordsOfTasks(sync)
    yield runOf(sync, 'failed', failedAt, words ?? 'Fivetran does not say why.')
  }
}

function runOf({ id, schema }: Sync, state: 'completed' | 'failed', endedAt: Instant, error: string | null): ExternalRun {
  const externalId = `${state} ${new Date(endedAt).toISOString()}`
  return { job: id, jobName: schema, externalId, state, scheduledAt: null, startedAt: null, endedAt, error, rows: null, url: pageOf(id) }
}

/** What Fivetran wants somebody to mend, in its own words; null: it says nothing. */
function wordsOfTasks({ status: { tasks } }: Sync): string | null {
  const words = (tasks ?? []).map(({ code, message }) => message ?? code ?? '').filter((text) => text.trim() !== '')
  return words.length === 0 ? null : words.join(' ')
}

/** Its page in Fivetran. */
export const pageOf = (id: string) => `https://fivetran.com/dashboard/connectors/${id}/status`
