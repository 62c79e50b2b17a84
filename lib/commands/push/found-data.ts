import type { Found, FoundUpstream } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import { listUnknownDatasets, type UnknownDataset } from '#lib/db/push/push-datasets.ts'
import { listAllJobs, listPushConnections, loadLastRuns } from '#lib/db/push/push-runs.ts'
import { connectionOfNamespace, pushedJob } from '#lib/domain/push/pushed-run.ts'
import { lineageOf } from '#lib/domain/push/run-facts.ts'
import { type DataName, dataKey, dataName } from '#lib/domain/push/told-run.ts'

/** How data of a namespace are called among what is found of a push connection: as jobs are. */
export function pushedPath({ namespace, name }: DataName): string {
  return pushedJob({ namespace, job: name })
}

/** Who made data last, and of what. */
interface Made {
  job: string
  from: string[]
}

/**
 * The data that events told of under the namespaces of a push connection and that are no asset of another: with columns, the job that writes them, and what that
 * makes them from.
 */
export async function* foundData({ pool }: Context, connection: string): AsyncGenerator<Found> {
  const connections = await listPushConnections(pool)
  const isOwn = ({ namespace }: Pick<DataName, 'namespace'>) => connectionOfNamespace(namespace, connections) === connection
  const told = (await listUnknownDatasets(pool, connection)).filter((one) => isOwn(one) && one.facets.lifecycle?.value !== 'DROP')
  const own = new Set(told.map(dataKey))
  const made = new Map<string, Made>()
  for (const { namespace, job, state, audience } of await loadLastRuns(pool, await listAllJobs(pool))) {
    // Whoever sees a part alone tells of lineage only within that: edge by edge, between assets (`retellEdges`).
    const from = audience === null ? lineageOf(state).from : []
    const writer = isOwn({ namespace }) ? pushedJob({ namespace, job }) : ''
    for (const data of Object.keys(state.outputs)) {
      const known = made.get(data)
      made.set(data, { job: known?.job || writer, from: [...new Set([...(known?.from ?? []), ...from])] })
    }
  }
  for (const one of told) yield toFound(one, made.get(dataKey(one)), own)
}

function toFound({ namespace, name, facets }: UnknownDataset, made: Made | undefined, own: ReadonlySet<string>): Found {
  const upstream = (made?.from ?? []).map((data): FoundUpstream => {
    const from = dataName(data)
    return own.has(data)
      ? { hint: 'openlineage', path: pushedPath(from) }
      : { hint: 'openlineage', name: from.name, namespace: from.namespace }
  })
  const schema = name.split('.').at(-2)
  return {
    path: pushedPath({ namespace, name }),
    kind: 'table',
    name,
    settings: {},
    upstream,
    policy: null,
    group: namespace,
    description: facets.description?.value ?? null,
    columns: (facets.columns?.value ?? []).map((column) => ({ ...column, type: column.type ?? '' })),
    labels: { namespace, ...(schema !== undefined && schema !== '' && { schema }) },
    job: made === undefined || made.job === '' ? null : made.job,
  }
}
