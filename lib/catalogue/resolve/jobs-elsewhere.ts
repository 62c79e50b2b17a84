import { z } from 'zod'
import type { CatalogueFlow } from '#lib/catalogue/catalogue.ts'
import { childOf, type LocatedNode, textAt } from '#lib/catalogue/parse/node.ts'
import type { CatalogueContracts, FlowContract } from '#lib/catalogue/schema/contracts.ts'
import type { CatalogueDocument } from '#lib/catalogue/schema/document.ts'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { JOB_TIMEOUT_MS } from '#lib/domain/runs/job-of-run.ts'

/** Whether a flow as written is a job of another system. */
export function runsJob(node: LocatedNode): boolean {
  return childOf(node, 'runs') !== undefined
}

/** What is another in the contract of such a flow than in that of one that works here. */
export function contractOfJob(node: LocatedNode): Pick<FlowContract, 'runs' | 'parameters' | 'timeoutMs' | 'connections'> {
  const runs = textAt(node, 'runs')?.trim() ?? ''
  const connection = partsOfJob(runs)?.connection
  return {
    runs,
    parameters: z.record(z.string(), z.unknown()),
    timeoutMs: JOB_TIMEOUT_MS,
    connections: connection === undefined ? [] : [connection],
  }
}

/** The job of another system that runs of a flow are, and whether that can be told to cancel it. */
export function ofJobElsewhere(
  { runs }: FlowContract,
  { connections }: CatalogueDocument,
  { connectors }: CatalogueContracts,
): Pick<CatalogueFlow, 'runs' | 'cancelsThere'> {
  if (runs === undefined) return {}
  const kind = connections[partsOfJob(runs)?.connection ?? '']?.kind ?? ''
  return { runs, ...(connectors.get(kind)?.cancelsJobs === true && { cancelsThere: true }) }
}
