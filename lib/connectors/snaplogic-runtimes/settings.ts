import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

/** How SnapLogic calls what began a run; a pipeline that another one began is nested. */
const INVOKERS = ['scheduled', 'triggered', 'manual', 'always_on', 'nested_pipeline'] as const

/** By what a pipeline is started: the address of a triggered task, and the token that only this one takes. */
const taskSchema = z.strictObject({
  url: addressSchema('must be the address of a triggered task', 'token'),
  token: z.string().min(1),
  /** A gateway in front wants `x-api-key`. */
  auth: z.enum(['bearer', 'x-api-key']).default('bearer'),
})
export type TriggeredTask = z.output<typeof taskSchema>

export const runtimesSettings = z
  .strictObject({
    /** The name of the organisation, also called environment. */
    org: z.string().regex(/^[^/]+$/, 'is not the name of an organisation'),
    /** Of the control plane, where people sign in. */
    url: addressSchema('must be an address such as https://elastic.snaplogic.com', 'user and password').default(
      'https://elastic.snaplogic.com',
    ),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    /** Instead of a user: what follows `Bearer`. */
    token: z.string().min(1).optional(),
    /** Only pipelines of these, as `projects/Admin` or `shared`; absent: of every project that the account may see. */
    projects: z
      .array(z.string().regex(/^[^/]+(\/[^/]+)?$/, 'is not a project such as projects/Admin'))
      .min(1)
      .optional(),
    /** By what the runs that are asked for began: SnapLogic tells no others than those it is asked for. */
    invokers: z.array(z.enum(INVOKERS)).min(1).default(['scheduled', 'triggered', 'manual']),
    /** By what orders start pipelines: path of the pipeline → its triggered task. */
    tasks: z.record(z.string().min(1), taskSchema).default({}),
    timeout: durationSchema.default(MINUTE_MS),
  })
  .superRefine(({ user, password, token, tasks }, issues) => {
    const blame = (path: string[], message: string) => issues.addIssue({ code: 'custom', path, message })
    if (token !== undefined && user !== undefined) blame(['user'], 'is not used with token')
    if (user !== undefined && password === undefined) blame(['password'], 'is missing: user needs it')
    if (user === undefined && token === undefined) blame(['user'], 'is missing, with password; or write token')
    for (const job of Object.keys(tasks)) {
      const why = whyNoPipeline(job)
      if (why !== null) blame(['tasks', job], why)
    }
  })
export type RuntimesSettings = z.output<typeof runtimesSettings>

export type Connected = Connection<RuntimesSettings>

/** Why a path names no pipeline, in words; null: it may be one. */
export function whyNoPipeline(path: string): string | null {
  return /^[^/]+(\/[^/]+){1,2}$/.test(path) ? null : 'is not <space>/<project>/<pipeline>, as SnapLogic names it'
}
