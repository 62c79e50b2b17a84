import { z } from 'zod'
import { moment } from '#lib/connectors/kit/moment.ts'

export const pipelineSchema = z.object({
  name: z.string(),
  properties: z
    .object({
      description: z.string().nullish(),
      folder: z.object({ name: z.string() }).nullish(),
      parameters: z.record(z.string(), z.object({ type: z.string().nullish() })).nullish(),
    })
    .nullish(),
})
export type Pipeline = z.output<typeof pipelineSchema>

export const runSchema = z
  .object({
    runId: z.string(),
    pipelineName: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    invokedBy: z.object({ pipelineName: z.string().nullish(), pipelineRunId: z.string().nullish() }).nullish(),
    runStart: moment,
    runEnd: moment,
    status: z.string().nullish(),
    message: z.string().nullish(),
  })
  .transform((run) => ({ ...run, id: run.runId }))
export type PipelineRun = z.output<typeof runSchema>

export const pageSchema = z.object({ value: z.array(z.unknown()), continuationToken: z.string().nullish(), nextLink: z.string().nullish() })
export const startedSchema = z.object({ runId: z.string() })
