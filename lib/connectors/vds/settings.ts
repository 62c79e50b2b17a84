import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'

export const vdsSettings = z
  .strictObject({
    /** `rest`: RadiantOne's ADAP. `gateway`: a wrapper that takes the parameters in a POST. `ldap`: the directory itself. */
    protocol: z.enum(['rest', 'gateway', 'ldap']).default('rest'),
    /** `https://host:8090/adap`, the gateway's address, or `ldaps://host:2636`. */
    url: z.url({ protocol: /^(https?|ldaps?)$/, error: 'must be an http(s) address, or ldap(s) for the protocol ldap' }),
    /** The whole DN to bind as: `uid=svc,ou=apps,o=dir`. */
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
    auth: z.enum(['bearer', 'x-api-key']).default('bearer'),
    /** Where searches start unless they say otherwise: `ou=people,o=dir`. */
    base: z.string().optional(),
    timeout: durationSchema.default(60_000),
    /** Entries per page where no size limit is asked for. */
    pageSize: z.int().min(1).max(10_000).default(1000),
    /** Who vouches for an `ldaps` server, in PEM, where the machine does not know it; `file:…` reads it. */
    ca: z.string().includes('BEGIN CERTIFICATE').optional(),
  })
  .superRefine(({ protocol, url, user, password, key, base, ca }, issues) => {
    const missing = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message: `is missing: ${message}` })
    if (protocol === 'gateway' && key === undefined) missing('key', 'the gateway wants a key')
    if (protocol !== 'gateway' && (user === undefined || password === undefined)) missing('user', 'the directory wants a DN and a password')
    if (protocol !== 'gateway' && base === undefined) missing('base', 'say where searches start, such as ou=people,o=dir')
    if (ca !== undefined && !url.startsWith('ldaps:'))
      issues.addIssue({ code: 'custom', path: ['ca'], message: 'goes with an ldaps address only; nothing else would use it' })
    if (url.startsWith('ldap') !== (protocol === 'ldap'))
      issues.addIssue({
        code: 'custom',
        path: ['url'],
        message: 'does not fit the protocol: ldap(s) goes with the protocol ldap, http(s) with the others',
      })
  })
export type VdsSettings = z.infer<typeof vdsSettings>
