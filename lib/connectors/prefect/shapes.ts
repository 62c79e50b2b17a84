import { z } from 'zod'
import { moment } from '#lib/connectors/kit/moment.ts'

export const flowSchema = z.object({ id: z.string(), name: z.string() })

export const deploymentSchema = z.object({
  id: z.string(),
  name: z.string(),
  flow_id: z.string(),
  paused: z.boolean().nullish(),
  description: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  work_pool_name: z.string().nullish(),
})

export const runSchema = z.object({
  id: z.string(),
  deployment_id: z.string().nullish(),
  state_type: z.string().nullish(),
  state_name: z.string().nullish(),
  state: z.object({ message: z.string().nullish() }).nullish(),
  run_count: z.int().nullish(),
  auto_scheduled: z.boolean().nullish(),
  idempotency_key: z.string().nullish(),
  expected_start_time: moment,
  start_time: moment,
  end_time: moment,
})
export type FlowRun = z.output<typeof runSchema>

/** What became of a change of state; no state where there was none. */
export const changedSchema = z.object({
  state: z.object({ type: z.string().nullish() }).nullish(),
  details: z.object({ reason: z.string().nullish() }).nullish(),
})

/** A deployment with its name as people write it, `<flow>/<deployment>`. */
export interface Deployment extends Omit<z.output<typeof deploymentSchema>, 'flow_id'> {
  job: string
  flow: string
}
