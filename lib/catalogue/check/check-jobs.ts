import { textAt } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { knownFlows } from './check-flows.ts'
import { type Finding, unknownName, wrongValue } from './finding.ts'

/** Jobs of connections that do not exist, and assets that a flow writes beside the job they name. */
export function checkJobs(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const connections = outline.connections.map(({ key }) => key)
  const flowOf = new Map(knownFlows(outline, contracts).flatMap(({ key, assets }) => assets.writes.map((asset) => [asset, key] as const)))
  return outline.assets.flatMap(({ key, path, node }): Finding[] => {
    const job = textAt(node, 'job')
    if (job === undefined) return []
    const at = [...path, 'job']
    const flow = flowOf.get(key)
    const connection = partsOfJob(job)?.connection
    const declareIt = `Declare it under "connections", or write the job as "<connection>/<job>".`
    return [
      ...(flow === undefined
        ? []
        : [
            wrongValue(
              at,
              `"${key}" is written by the flow "${flow}", and cannot be written by a job of another system, too.`,
              'Take "job" out, or take the asset out of what the flow writes.',
            ),
          ]),
      ...(connection === undefined || connections.includes(connection)
        ? []
        : [unknownName(at, 'connection', connection, connections, declareIt)]),
    ]
  })
}
