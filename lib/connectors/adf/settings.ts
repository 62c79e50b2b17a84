import { z } from 'zod'
import { addressSchema, isPrivateWay } from '#lib/connectors/kit/address.ts'
import { checkEntra, entraKeys } from '#lib/connectors/kit/azure/entra.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const MANAGEMENT = 'https://management.azure.com'

/** As names of Azure are: what else was written would lead elsewhere. */
const name = z.string().regex(/^[\w.()-]+$/, 'is not a name of Azure')

export const adfSettings = z
  .strictObject({
    subscription: name,
    resourceGroup: name,
    factory: name,
    ...entraKeys,
    /** Of the management of Azure, in clouds of their own. */
    url: addressSchema('must be the address of the management of Azure', 'clientId').default(MANAGEMENT),
    timeout: durationSchema.default(MINUTE_MS),
  })
  .superRefine((settings, issues) => {
    const blame = (key: string, message: string) => issues.addIssue({ code: 'custom', message, path: [key] })
    checkEntra(settings, [], blame)
    if (URL.canParse(settings.url) && !isPrivateWay(settings.url)) blame('url', 'must begin with https: a token is sent over no other')
  })
export type AdfSettings = z.output<typeof adfSettings>

export type Connected = Connection<AdfSettings>

/** Why a path names no pipeline, in words; null: it may be one. */
export function whyNoPipeline(path: string): string | null {
  return /^[^<>*#.%&:\\+?/]{1,140}$/.test(path) ? null : 'cannot be the name of a pipeline'
}
