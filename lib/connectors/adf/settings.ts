import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import { checkEntra, entraKeys } from '#lib/connectors/kit/azure/entra.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

const WAYS = ['clientSecret', 'federatedToken', 'managedIdentity'] as const

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
    const ways = WAYS.filter((way) => settings[way] !== undefined)
    if (ways.length !== 1) blame(ways[1] ?? 'clientSecret', `needs one of ${WAYS.join(', ')}, and only one`)
    checkEntra(settings, blame)
    if (!isPrivate(settings.url)) blame('url', 'must begin with https: a token is sent over no other')
  })
export type AdfSettings = z.output<typeof adfSettings>

export type Connected = Connection<AdfSettings>

/** Whether nobody between can read what is sent there. */
function isPrivate(url: string): boolean {
  if (!URL.canParse(url)) return true
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost'
}

/** Why a path names no pipeline, in words; null: it may be one. */
export function whyNoPipeline(path: string): string | null {
  return /^[^<>*#.%&:\\+?/]{1,140}$/.test(path) ? null : 'cannot be the name of a pipeline'
}
