import { z } from 'zod'
import { FILE_STATES } from '#lib/domain/files/inbox-file.ts'
import { locationSchema, timeSchema } from './shapes.ts'

/** A file in the inbox of a flow. */
export const inboxFileSchema = z
  .object({
    id: z.string(),
    flow: z.string(),
    connection: z.string().meta({ description: 'The connection it is read through.' }),
    bucket: z.string().meta({ description: 'Bucket or container; empty where its store has none.' }),
    key: z.string(),
    state: z.enum(FILE_STATES).meta({
      description: '`arrived`: it waits; `taken`: a run reads it; `gone`: it was replaced or removed in its store before it was read.',
    }),
    reason: z.string().nullable().meta({ description: 'Why it has not landed, in words.' }),
    tries: z.int(),
    bytes: z.number().nullable(),
    modifiedAt: timeSchema.nullable().meta({ description: 'When its store says that it was written.' }),
    arrivedAt: timeSchema,
    dueAt: timeSchema.nullable().meta({ description: 'When it is tried, or tried again; null: it does not wait.' }),
    endedAt: timeSchema.nullable(),
    run: z.string().nullable().meta({ description: 'The run that read it last.' }),
    rows: z.number().nullable(),
    rejected: z.number().nullable().meta({ description: 'Rows that were put aside.' }),
  })
  .meta({ id: 'InboxFile', description: 'A file that a flow was told of or has seen, in one version.' })
export type ApiInboxFile = z.infer<typeof inboxFileSchema>

/** What became of an order to try files again. */
export const filesRetriedSchema = z
  .object({ retried: z.int().meta({ description: 'How many files wait for the next run now.' }), location: locationSchema })
  .meta({ id: 'FilesRetried' })
