import { z } from 'zod'
import {
  DECLARED_FLOW_TIMEOUT_MS,
  type DeclaredFlowParameters,
  declaredFlowParameters,
  landFlowParameters,
  type WrittenDeclaredFlow,
} from '#lib/catalogue/schema/declared-flow.ts'
import { JOB_TIMEOUT_MS } from '#lib/domain/runs/job-of-run.ts'
import { REJECT_TOLERANCE } from '#lib/domain/runs/run-outcome.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { defineFlow, type Flow } from '#lib/engine/flow.ts'
import { deliverDeclaredFlow } from './deliver-flow.ts'
import { indexDeclaredFlow } from './index-flow.ts'
import { runJobElsewhere } from './job-flow.ts'
import { landDeclaredFlow } from './land-flow.ts'
import { loadDeclaredFlow } from './load-flow.ts'
import type { PromisedFields } from './promised-columns.ts'

export interface DeclaredFlow {
  name: string
  written: WrittenDeclaredFlow
  /** The flow's zone: for wall-clock times and the marks of a file name. */
  zone: string
  /** What is promised now of what it reads; absent: nothing. */
  promised?: PromisedFields | null
}

/** The flow that a declaration describes; schedule and time limit are the catalogue's, as for every flow. */
export function flowFromDeclaration(declared: DeclaredFlow): Flow<DeclaredFlowParameters> | Flow<Record<string, unknown>> {
  const { runs } = declared.written
  return runs === undefined ? flowOfWork(declared) : flowOfJob(runs, declared.zone)
}

/** One whose work a job of another system does; what that writes the catalogue says. */
function flowOfJob(job: string, zone: string): Flow<Record<string, unknown>> {
  return defineFlow({
    schedule: '',
    timezone: zone,
    reads: [],
    writes: [],
    connections: [],
    parameters: z.record(z.string(), z.unknown()),
    timeoutMs: JOB_TIMEOUT_MS,
    needsNoLake: true,
    run: (ctx) => runJobElsewhere(ctx, job),
  })
}

function flowOfWork({ name, written, zone, promised = null }: DeclaredFlow): Flow<DeclaredFlowParameters> {
  const { extract, load, deliver, land, index, rejectTolerance = REJECT_TOLERANCE } = written
  const around = { zone, tolerance: rejectTolerance }
  return defineFlow<DeclaredFlowParameters>({
    schedule: '',
    timezone: zone,
    reads: extract === undefined ? [] : [extract.from],
    writes: [load?.into ?? deliver?.to ?? land?.into ?? index?.into ?? ''],
    connections: [],
    parameters: land === undefined ? declaredFlowParameters : landFlowParameters,
    timeoutMs: DECLARED_FLOW_TIMEOUT_MS,
    rejectTolerance,
    ...(land !== undefined && { drainsInbox: true as const }),
    run: async (ctx) => {
      if (land !== undefined) return landDeclaredFlow(ctx, land, rejectTolerance)
      if (extract !== undefined && load !== undefined) return loadDeclaredFlow(ctx, { ...written, extract }, load, around)
      if (extract !== undefined && deliver !== undefined) return deliverDeclaredFlow(ctx, { ...written, extract }, deliver, around)
      if (extract !== undefined && index !== undefined)
        return indexDeclaredFlow(ctx, { ...written, extract }, index, { ...around, promised })
      throw new TidemarkError('invalid', {
        publicMessage: `${name} neither loads, delivers, indexes nor lands files. Correct it in the catalogue.`,
      })
    },
  })
}
