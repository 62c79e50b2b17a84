import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import { checkTogether } from '#lib/connectors/kit/http-auth.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'

/** How a connection to AWS, or to what speaks its protocols, is told where and as whom. */
export const awsKeys = {
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'is not a region; write one such as eu-central-1')
    .optional(),
  /** Of what speaks the protocol and is not AWS. */
  endpoint: addressSchema('must be the address of the service', 'accessKeyId').optional(),
  accessKeyId: z.string().min(1).optional(),
  secretAccessKey: z.string().min(1).optional(),
  /** Of keys that end by themselves. */
  sessionToken: z.string().min(1).optional(),
  /** Of the files in `~/.aws` of the worker. */
  profile: z.string().min(1).optional(),
  /** Taken on by whoever the keys, the profile or the machine make us. */
  role: z
    .string()
    .regex(/^arn:[\w-]+:iam::\d+:role\/.+$/, 'is not a role; write its ARN, arn:aws:iam::111122223333:role/tidemark')
    .optional(),
  externalId: z.string().min(1).optional(),
  timeout: durationSchema.default(30 * SECOND_MS),
}

export const awsSettings = z.strictObject(awsKeys)
export type AwsSettings = z.output<typeof awsSettings>

/** Blames what does not go together; for `superRefine`. */
export function checkAws(settings: Partial<AwsSettings>, issues: z.RefinementCtx): void {
  const blame = (key: keyof typeof awsKeys, message: string) => issues.addIssue({ code: 'custom', message, path: [key] })
  const { region, endpoint, accessKeyId, sessionToken, profile, role, externalId } = settings
  if (region === undefined && endpoint === undefined) blame('region', 'is missing; write the region, or the endpoint of what is not AWS')
  checkTogether(settings, ['accessKeyId', 'secretAccessKey'], blame)
  if (sessionToken !== undefined && accessKeyId === undefined) blame('sessionToken', 'goes with accessKeyId and secretAccessKey')
  if (profile !== undefined && accessKeyId !== undefined) blame('profile', 'says the same as accessKeyId; write one of them')
  if (externalId !== undefined && role === undefined) blame('externalId', 'goes with a role')
}

/** The words for these settings in the README. */
export const AWS_TOLD =
  '`accessKeyId` with `secretAccessKey` and `sessionToken`, or `profile`, by default what the machine is; `role` with `externalId`'
