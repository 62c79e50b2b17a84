import { z } from 'zod'
import { isLoopbackName } from '#lib/domain/access/site.ts'

/** The setting that is an address of the web, without a user in it, where a password would be shown. Both are words for whoever wrote something else. */
export function addressSchema(expected: string, insteadOfUser: string) {
  return z
    .url({ protocol: /^https?$/, error: expected })
    .refine((text) => !URL.canParse(text) || new URL(text).username === '', `holds a user; say it with ${insteadOfUser}`)
}

/** Whether a secret may go to an address: nobody between reads along. */
export function isPrivateWay(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || isLoopbackName(hostname)
}
