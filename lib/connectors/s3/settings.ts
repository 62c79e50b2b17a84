import { z } from 'zod'
import { awsKeys, checkAws } from '#lib/connectors/kit/aws/settings.ts'

export const s3Settings = z
  .strictObject({
    ...awsKeys,
    /** Buckets in the path of an address, not in its host; absent: where there is an endpoint. */
    pathStyle: z.boolean().optional(),
    /** Looked into by check and discovery; absent: all that we may list. */
    buckets: z.array(z.string().min(1)).min(1).optional(),
    /** The address of an SQS queue that is told of files. */
    queue: z.url({ protocol: /^https?$/, error: 'is not the address of a queue; write its URL' }).optional(),
  })
  .superRefine(checkAws)
export type S3Settings = z.output<typeof s3Settings>
