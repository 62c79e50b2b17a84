import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { authKeys, authSchema, checkAuth } from '#lib/connectors/kit/http-auth.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const prefectSettings = z
  .strictObject({
    /** The address of its API: it ends in `/api` where Prefect is run by oneself, in `/workspaces/<id>` in Prefect Cloud. */
    url: addressSchema('must be an address such as http://prefect.example.edu:4200/api', 'auth: basic'),
    auth: authSchema.optional(),
    ...authKeys,
    /** Only deployments that bear all of these; absent: every one. */
    tags: z.array(z.string().min(1)).min(1).optional(),
    timeout: durationSchema.default(MINUTE_MS),
  })
  .superRefine((settings, issues) => checkAuth(settings, (key, message) => issues.addIssue({ code: 'custom', path: [key], message })))
export type PrefectSettings = z.output<typeof prefectSettings>

export type Connected = Connection<PrefectSettings>

/** Why a path names no deployment, in words; null: it may be one. */
export function whyNoDeployment(path: string): string | null {
  return /^[^/]+\/[^/]+$/.test(path) ? null : 'is not <flow>/<deployment>, as Prefect names it'
}
