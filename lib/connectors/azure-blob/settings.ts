import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'

const WAYS = ['accountKey', 'sas', 'clientSecret', 'federatedToken', 'managedIdentity'] as const

export const azureBlobSettings = z
  .strictObject({
    /** `https://<account>.blob.core.windows.net` */
    url: addressSchema('must be the address of the account', 'accountKey'),
    /** As its key signs; absent: what the host says. */
    account: z.string().min(1).optional(),
    accountKey: z.string().min(1).optional(),
    /** A shared access signature, `sv=…&sig=…`. */
    sas: z.string().min(1).optional(),
    tenant: z
      .string()
      .regex(/^[\w.-]+$/, 'is not the id of a tenant')
      .optional(),
    clientId: z.string().min(1).optional(),
    clientSecret: z.string().min(1).optional(),
    /** The token of a workload identity, `file:/var/run/secrets/azure/tokens/azure-identity-token`. */
    federatedToken: z.string().min(1).optional(),
    /** Whoever the machine is; with `clientId` that one of its identities. */
    managedIdentity: z.literal(true).optional(),
    /** Where tokens come from, in clouds of their own; of a managed identity the address on the machine. */
    authority: addressSchema('must be the address that gives tokens', 'clientId').optional(),
    /** Looked into by check and discovery; absent: all that we may list. */
    containers: z.array(z.string().min(1)).min(1).optional(),
    /** The address of a storage queue that is told of files, `https://<account>.queue.core.windows.net/landing`. */
    queue: z.url({ protocol: /^https?$/, error: 'is not the address of a queue; write its URL' }).optional(),
    timeout: durationSchema.default(30 * SECOND_MS),
  })
  .superRefine((settings, issues) => {
    const blame = (key: string, message: string) => issues.addIssue({ code: 'custom', message, path: [key] })
    const ways = WAYS.filter((way) => settings[way] !== undefined)
    if (ways.length !== 1) blame(ways[1] ?? 'accountKey', `needs one of ${WAYS.join(', ')}, and only one`)
    for (const way of ['clientSecret', 'federatedToken'] as const) {
      if (settings[way] === undefined) continue
      if (settings.tenant === undefined) blame('tenant', `goes with ${way}, and is missing`)
      if (settings.clientId === undefined) blame('clientId', `goes with ${way}, and is missing`)
    }
    if (/^https:/.test(settings.url) || settings.accountKey !== undefined || settings.sas !== undefined) return
    blame('url', 'must begin with https: a token is sent over no other')
  })
export type AzureBlobSettings = z.output<typeof azureBlobSettings>
