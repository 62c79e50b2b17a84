import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { recordFormatKeys, refineRecordFormat } from '#lib/records/read/record-format.ts'

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/

/** In place of a fingerprint that is not known yet: the connection's check then says which one the server shows. */
export const UNKNOWN_HOST_KEY = 'unknown'

const hostKey = z
  .string()
  .refine(
    (text) => text === UNKNOWN_HOST_KEY || FINGERPRINT.test(text),
    `is not a fingerprint such as SHA256:…; write "${UNKNOWN_HOST_KEY}" and let the connection's check tell the one the server shows`,
  )
const folder = z.string().regex(/^[^\\\p{Cc}]*$/u, 'is not a folder; write one such as /outgoing or inbox')

export const sftpSettings = z
  .strictObject({
    host: z.string().regex(/^[^\s/:@]+$|^[0-9A-Fa-f:]+$/, 'is not the name of a host; write it without scheme and port'),
    port: z.coerce.number().int().min(1).max(65_535).default(22),
    user: z.string().min(1),
    password: z.string().min(1).optional(),
    privateKey: z.string().min(1).optional(),
    passphrase: z.string().min(1).optional(),
    /** Fingerprint of the server's host key as `ssh-keygen -lf` prints it, or several while it changes. Nothing is sent to any other
     * server. */
    hostKey: z.union([hostKey, z.array(hostKey).min(1)]),
    /** The folder that paths start from; absent: the one we are in after signing in. */
    root: folder.default(''),
    timeout: durationSchema.default(30 * SECOND_MS),
    /** How long a new file has to stay the same before it counts as whole. */
    settle: durationSchema.default(5 * SECOND_MS),
    /** Where receivers put the files they have taken, seen from `root`; `true`: they take them away altogether. */
    pickedUp: z.union([folder.min(1), z.literal(true)]).optional(),
  })
  .refine((settings) => (settings.password === undefined) !== (settings.privateKey === undefined), {
    message: 'needs either a password or a privateKey',
    path: ['password'],
  })
  .refine((settings) => settings.passphrase === undefined || settings.privateKey !== undefined, {
    message: 'opens a privateKey, and there is none',
    path: ['passphrase'],
  })
export type SftpSettings = z.output<typeof sftpSettings>

export const sftpAssetSettings = z.strictObject({
  pickedUp: z.union([folder.min(1), z.literal(true)]).optional(),
})

export function remotePath(settings: Pick<SftpSettings, 'root'>, path: string): string {
  if (settings.root === '') return path
  return path === '' ? settings.root : `${settings.root.replace(/\/+$/, '')}/${path}`
}

/** What can be asked for. */
export const sftpExtractRequest = z
  .strictObject({ path: z.string().min(1).optional(), ...recordFormatKeys })
  .superRefine(refineRecordFormat)

/** What may stand under `deliver`. */
export const sftpDeliverOptions = z.strictObject({
  /** `sha256`: `<name>.sha256` follows the file, as sha256sum writes it. */
  checksum: z.literal('sha256').optional(),
  /** `content`: the file is read back and compared before it gets its name; its size is compared always. */
  verify: z.enum(['size', 'content']).default('size'),
  /** `false`: nobody takes the file away, so it must still stand there after its rename. */
  pickup: z.boolean().default(true),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'is not a mode; write one such as "0640"')
    .default('0640'),
})
