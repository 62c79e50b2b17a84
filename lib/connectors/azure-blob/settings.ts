import { z } from 'zod'
import { addressSchema, isPrivateWay } from '#lib/connectors/kit/address.ts'
import { checkEntra, entraKeys } from '#lib/connectors/kit/azure/entra.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'

export const azureBlobSettings = z
  .strictObject({
    /** `https://<account>.blob.core.windows.net` */
    url: addressSchema('must be the address of the account', 'accountKey'),
    /** As its key signs; absent: what the host says. */
    account: z.string().min(1).optional(),
    accountKey: z.string().min(1).optional(),
    /** A shared access signature, `sv=…&sig=…`. */
    sas: z.string().min(1).optional(),
    ...entraKeys,
    /** Looked into by check and discovery; absent: all that we may list. */
    containers: z.array(z.string().min(1)).min(1).optional(),
    /** The address of a storage queue that is told of files, `https://<account>.queue.core.windows.net/landing`. */
    queue: z.url({ protocol: /^https?$/, error: 'is not the address of a queue; write its URL' }).optional(),
    timeout: durationSchema.default(30 * SECOND_MS),
  })
  .superRefine((settings, issues) => {
    const blame = (key: string, message: string) => issues.addIssue({ code: 'custom', message, path: [key] })
    checkEntra(settings, ['accountKey', 'sas'], blame)
    // A key signs and stays here; everything else goes along.
    if (settings.accountKey !== undefined) return
    const isPrivate = (address: string) => (settings.sas === undefined ? /^https:/i.test(address) : isPrivateWay(address))
    for (const key of ['url', 'queue'] as const)
      if (settings[key] !== undefined && !isPrivate(settings[key]))
        blame(key, 'must begin with https: a token or signature is sent over no other')
  })
export type AzureBlobSettings = z.output<typeof azureBlobSettings>
