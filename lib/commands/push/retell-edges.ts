import { replaceEdges } from '#lib/db/catalogue/lineage-edges.ts'
import type { Sql } from '#lib/db/context.ts'
import { type JobName, listJobs, loadLastRuns } from '#lib/db/push/push-runs.ts'
import { pushWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { IdentityIndex } from '#lib/domain/lineage/identity.ts'
import { edgesOf } from '#lib/domain/push/run-facts.ts'
import { dataName } from '#lib/domain/push/told-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { NamedAssets } from './named-assets.ts'

/** The namespaces whose jobs read or write something else once runs are stored. */
export async function jobsToRetell(sql: Sql, jobs: readonly JobName[], store: () => Promise<void>): Promise<string[]> {
  const before = await edgesByJob(sql, jobs)
  await store()
  const after = await edgesByJob(sql, jobs)
  return [...new Set([...after].flatMap(([job, { namespace, edges }]) => (before.get(job)?.edges === edges ? [] : [namespace])))].sort()
}

async function edgesByJob(sql: Sql, jobs: readonly JobName[]): Promise<Map<string, { namespace: string; edges: string }>> {
  const runs = await loadLastRuns(sql, jobs)
  return new Map(
    runs.map(({ namespace, job, state }) => {
      const edges = edgesOf(state).map((edge) => JSON.stringify(edge))
      return [JSON.stringify([namespace, job]), { namespace, edges: edges.sort().join() }]
    }),
  )
}

/** Makes the lineage that each namespace tells what the last run of each of its jobs reads and writes. Returns the assets that are made from something else now. */
export async function retellEdges(sql: Sql, now: Instant, index: IdentityIndex, namespaces: readonly string[]): Promise<number[]> {
  const changed: number[] = []
  for (const namespace of namespaces) {
    const runs = await loadLastRuns(sql, await listJobs(sql, namespace))
    const told = runs.flatMap(({ state, audience }) => edgesOf(state).map((edge) => ({ ...edge, audience })))
    const data = [...new Set(told.flatMap(({ upstream, downstream }) => [upstream, downstream]))].map(dataName)
    const names = await NamedAssets.of(
      sql,
      index,
      data,
      told.map(({ audience }) => audience),
    )
    const edges = told.flatMap(({ upstream, downstream, audience }) => {
      const [upstreamId, downstreamId] = [names.idOf(upstream, audience), names.idOf(downstream, audience)]
      return upstreamId === null || downstreamId === null ? [] : [{ upstreamId, downstreamId }]
    })
    changed.push(...(await replaceEdges(sql, now, { origin: 'openlineage', toldBy: pushWitness(namespace) }, edges)))
  }
  return changed
}
