import { canBeTold, type Dated } from '#lib/connectors/kit/moment.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { RuntimesApi } from './api.ts'
import { ENDED, externalRun, jobOf, KEPT_MS, UNENDED } from './pipeline-run.ts'
import type { Connected } from './settings.ts'
import type { Entry } from './shapes.ts'

/** What ended since began no longer before that, or is among those that went on. */
const LONGEST_MS = DAY_MS

/** All runs that wait or go on, then those that ended since: one that ends in between is among these. A part of a run names the whole. */
export async function* listRuns(connection: Connected, api: RuntimesApi, since: Instant): AsyncGenerator<ExternalRun> {
  const { key, clock } = connection
  const unended = await Array.fromAsync(api.entries({ states: UNENDED, since: clock.now() - KEPT_MS }))
  yield* told(unended)
  const ended = await Array.fromAsync(api.entries({ states: ENDED, since: since - LONGEST_MS }))
  yield* told(ended.filter(({ isUndated, stateAt }) => (stateAt === null ? isUndated : stateAt >= since)))

  async function* told(entries: readonly Dated<Entry>[]): AsyncGenerator<ExternalRun> {
    const jobs = new Map([...unended, ...(entries === unended ? [] : entries)].map((one) => [one.id, jobOf(one, api.org) ?? '']))
    for (const entry of entries) {
      const because = entry.state === 'Failed' ? await api.reason(entry.id) : null
      const run = externalRun(entry, { org: api.org, key, jobs, because })
      if (run !== null && (await canBeTold(connection, entry, run))) yield run
    }
  }
}
