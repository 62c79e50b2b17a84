import { replaceEdges } from '#lib/db/catalogue/lineage-edges.ts'
import type { Sql } from '#lib/db/context.ts'
import { type JobName, listJobs, loadLastRuns } from '#lib/db/push/push-runs.ts'
import { pushWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { IdentityIndex } from '#lib/domain/lineage/identity.ts'
import { lineageOf } from '#lib/domain/push/run-facts.ts'
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
  const runs = Map.groupBy(await loadLastRuns(sql, jobs), ({ namespace, job }) => JSON.stringify([namespace, job]))
  return new Map(
    [...runs].flatMap(([key, own]) => {
      const [first] = own
      // Who told last makes no other lineage.
      const edges = own.map(({ audience, state }) => JSON.stringify([audience, lineageOf(state)])).sort()
      return first === undefined ? [] : [[key, { namespace: first.namespace, edges: edges.join('\n') }]]
    }),
  )
}

/** Makes the lineage that each namespace tells what the last runs of its jobs read and write, as far as those who tell it see both ends. Returns the assets that are made from something else now. */
export async function retellEdges(sql: Sql, now: Instant, index: IdentityIndex, namespaces: readonly string[]): Promise<number[]> {
  const changed: number[] = []
  for (const namespace of namespaces) {
    const runs = await loadLastRuns(sql, await listJobs(sql, namespace))
    const told = runs.map(({ state, audience }) => ({ ...lineageOf(state), audience }))
    const data = [...new Set(told.flatMap(({ from, made }) => [...from, ...made]))].map(dataName)
    const names = await NamedAssets.of(
      sql,
      index,
      data,
      told.map(({ audience }) => audience),
    )
    const edges = told.flatMap(({ from, made, audience }) => {
      const idsOf = (data: readonly string[]) => [...new Set(data.flatMap((one) => names.idOf(one, audience) ?? []))]
      const downstream = idsOf(made)
      return idsOf(from).flatMap((upstreamId) => downstream.map((downstreamId) => ({ upstreamId, downstreamId })))
    })
    changed.push(...(await replaceEdges(sql, now, { origin: 'openlineage', toldBy: pushWitness(namespace) }, edges)))
  }
  return changed
}
