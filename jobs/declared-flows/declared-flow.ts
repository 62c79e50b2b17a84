import {
  DECLARED_FLOW_TIMEOUT_MS,
  type DeclaredFlowParameters,
  declaredFlowParameters,
  type WrittenDeclaredFlow,
} from '#lib/catalogue/schema/declared-flow.ts'
import { REJECT_TOLERANCE } from '#lib/domain/runs/run-outcome.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { defineFlow, type Flow } from '#lib/engine/flow.ts'
import { deliverDeclaredFlow } from './deliver-flow.ts'
import { loadDeclaredFlow } from './load-flow.ts'

export interface DeclaredFlow {
  name: string
  written: WrittenDeclaredFlow
  /** The flow's zone: for wall-clock times and the marks of a file name. */
  zone: string
}

/** The flow that a declaration describes; schedule and time limit are the catalogue's, as for every flow. */
export function flowFromDeclaration({ name, written, zone }: DeclaredFlow): Flow<DeclaredFlowParameters> {
  const { extract, load, deliver, rejectTolerance = REJECT_TOLERANCE } = written
  const around = { zone, tolerance: rejectTolerance }
  return defineFlow<DeclaredFlowParameters>({
    schedule: '',
    timezone: zone,
    reads: [extract.from],
    writes: [load?.into ?? deliver?.to ?? ''],
    connections: [],
    parameters: declaredFlowParameters,
    timeoutMs: DECLARED_FLOW_TIMEOUT_MS,
    rejectTolerance,
    run: async (ctx) => {
      if (load !== undefined) return loadDeclaredFlow(ctx, written, load, around)
      if (deliver !== undefined) return deliverDeclaredFlow(ctx, written, deliver, around)
      throw new TidemarkError('invalid', { publicMessage: `${name} neither loads nor delivers. Correct it in the catalogue.` })
    },
  })
}
