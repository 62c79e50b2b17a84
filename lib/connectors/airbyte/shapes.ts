import { z } from 'zod'
import { moment } from '#lib/connectors/kit/moment.ts'

export const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().nullish() })

export const syncSchema = z
  .object({
    connectionId: z.string(),
    workspaceId: z.string(),
    name: z.string().nullish(),
    status: z.string().nullish(),
    configurations: z.object({ streams: z.array(z.object({ name: z.string() })).nullish() }).nullish(),
  })
  .transform(({ connectionId: id, workspaceId, name, status, configurations }) => {
    const streams = configurations?.streams?.map((stream) => stream.name) ?? []
    return { id, workspaceId, name: name?.trim() || id, status: status ?? 'active', streams }
  })
/** What Airbyte calls a connection: it carries streams of one source into one destination. */
export type Sync = z.output<typeof syncSchema>

/** What loads: a refresh reads all of a source anew. */
export const LOADING = ['sync', 'refresh'] as const
/** What takes away what was loaded, of all streams or of some. */
export const EMPTYING = ['clear', 'reset'] as const
export type JobType = (typeof LOADING)[number] | (typeof EMPTYING)[number]

export const jobSchema = z
  .object({
    jobId: z.int(),
    connectionId: z.string(),
    jobType: z.string(),
    status: z.string(),
    startTime: moment,
    lastUpdatedAt: moment,
    rowsSynced: z.number().nullish(),
  })
  .transform(({ jobId: id, ...job }) => ({ id, ...job }))
export type Job = z.output<typeof jobSchema>

export const pageSchema = z.object({ data: z.array(z.unknown()) })
