import { z } from 'zod'

/** What may stand under a query in the catalogue; the same for both query services. */
export const querySettings = z.strictObject({
  /** A column with the instant of the newest change; without it the rows' fingerprint tells when they change. */
  watermark: z.string().min(1).optional(),
  /** Unique prompt names and their values. */
  prompts: z.record(z.string(), z.string()).optional(),
})

export const queryRequest = z
  .strictObject({
    path: z.string().optional(),
    query: z.string().regex(/^\w+$/, 'is not the name of a query').optional(),
    prompts: z.record(z.string(), z.string()).optional(),
  })
  .transform(({ path, query, prompts }, issues) => {
    const name = query ?? path
    if (name !== undefined && /^\w+$/.test(name)) return { query: name, prompts }
    issues.addIssue({ code: 'custom', path: ['query'], message: 'is missing: name the query' })
    return z.NEVER
  })
