import { z } from 'zod'
import { recordFormatKeys, refineRecordFormat } from '#lib/records/read/record-format.ts'
import { pagingSchema } from './paging.ts'

/** What can be asked for. */
export const httpExtractRequest = z
  .strictObject({
    path: z.string().optional(),
    query: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    ...recordFormatKeys,
    /** JSON: where the answer announces the number of all rows; that many must come. */
    total: z
      .string()
      .regex(/^[^.]+(\.[^.]+)*$/, 'is not a path; write one such as meta.total')
      .optional(),
    paging: pagingSchema.optional(),
  })
  .superRefine((request, issues) => {
    refineRecordFormat(request, issues)
    const reads = request.paging !== undefined && 'next' in request.paging ? request.paging.next : undefined
    const blame = (path: string[]) =>
      issues.addIssue({ code: 'custom', path, message: `stands in JSON only, and the format is ${request.format}` })
    if (request.format !== 'json' && request.total !== undefined) blame(['total'])
    if (request.format !== 'json' && reads !== undefined) blame(['paging', 'next'])
  })
export type HttpRequest = z.output<typeof httpExtractRequest>

/** What may stand under `deliver`. */
export const httpDeliverOptions = z
  .strictObject({
    method: z.enum(['PUT', 'POST']).default('PUT'),
    /** `head`: the server is asked afterwards whether it has all of it. */
    verify: z.enum(['none', 'head']).default('none'),
    /** `sha256`: `<name>.sha256` is put beside the file, as sha256sum writes it. */
    checksum: z.literal('sha256').optional(),
  })
  .refine((options) => options.checksum === undefined || options.method === 'PUT', { message: 'needs method: PUT', path: ['checksum'] })
