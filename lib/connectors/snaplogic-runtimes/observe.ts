import type { Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { lastLoaded, type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { RuntimesApi } from './api.ts'
import { hasLoaded, jobOf, KEPT_MS } from './pipeline-run.ts'
import { type Connected, whyNoPipeline } from './settings.ts'

/** Looked through one after the other, as long as something is not found. */
const WINDOWS_MS = [DAY_MS, 7 * DAY_MS, KEPT_MS] as const

interface Seen {
  /** The end of the last run without error documents; null: none is known. */
  loadedAt: Instant | null
  /** Some completed with error documents. */
  hasPartial: boolean
}

/** Looks when a run of each pipeline last completed without error documents: one list for all of them. */
export async function* observePipelines(
  connection: Connected,
  api: RuntimesApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  const now = connection.clock.now()
  const wanted = new Set(assets.map(({ path }) => path))
  const seen = await lastLoads(api, wanted, now)
  yield* probeEach(connection, assets, async ({ path }) => probe(api, path, seen.get(path)))
}

async function lastLoads(api: RuntimesApi, wanted: ReadonlySet<string>, now: Instant): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>()
  for (const windowMs of WINDOWS_MS) {
    for await (const entry of api.entries({ states: ['Completed'], since: now - windowMs })) {
      const job = jobOf(entry, api.org)
      if (job === null || !wanted.has(job) || entry.stateAt === null) continue
      const { loadedAt, hasPartial } = seen.get(job) ?? { loadedAt: null, hasPartial: false }
      const isGood = hasLoaded(entry)
      seen.set(job, { loadedAt: isGood ? Math.max(loadedAt ?? 0, entry.stateAt) : loadedAt, hasPartial: hasPartial || !isGood })
    }
    if ([...wanted].every((job) => seen.get(job)?.loadedAt != null)) break
  }
  return seen
}

function probe({ system }: RuntimesApi, path: string, seen: Seen | undefined): Probe {
  const why = whyNoPipeline(path)
  if (why !== null) throw new TidemarkError('invalid', { publicMessage: `"${path}" ${why}.` })
  const detail = `The end of the last run of ${path} that completed without error documents.`
  const but = seen?.hasPartial === true ? ' Some completed, and documents of them went to error views.' : ''
  const untold = `${system} knows no run of ${path} in the last 45 days that completed without error documents.${but}`
  return lastLoaded(seen?.loadedAt ?? null, { method: 'run', strength: 'strong', detail }, untold)
}
