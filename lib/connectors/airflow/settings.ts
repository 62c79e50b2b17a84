import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { checkTogether } from '#lib/connectors/kit/http-auth.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const airflowSettings = z
  .strictObject({
    /** The address of its page, without `/api`. */
    url: addressSchema('must be an address such as https://airflow.example.edu', 'user and password'),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    /** Of what stands in front of it, in place of user and password. */
    token: z.string().min(1).optional(),
    /** v1 of Airflow 2, v2 of Airflow 3. */
    api: z.enum(['v1', 'v2']).default('v2'),
    timeout: durationSchema.default(MINUTE_MS),
  })
  .superRefine((settings, issues) => {
    const blame = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message })
    checkTogether(settings, ['user', 'password'], blame)
    if (settings.user !== undefined && settings.token !== undefined) blame('token', 'stands beside user; keep one of them')
  })
export type AirflowSettings = z.output<typeof airflowSettings>

export type Connected = Connection<AirflowSettings>

const ASSET = 'asset/'

/** What a path of such a connection names: a DAG, or after `asset/` an asset (in Airflow 2 a dataset) by its URI. */
export function namedBy(path: string): { dag: string } | { uri: string } | null {
  if (path.startsWith(ASSET) && path.length > ASSET.length) return { uri: path.slice(ASSET.length) }
  return isDag(path) ? { dag: path } : null
}

export function isDag(text: string): boolean {
  return /^[\w.-]+$/u.test(text)
}

export function pathOfAsset(uri: string): string {
  return `${ASSET}${uri}`
}
