import { z } from 'zod'
import { ENTRY_KINDS, ENTRY_STATES } from '#lib/domain/search/entry.ts'
import { PLACES } from '#lib/domain/search/match.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { keySchema, maybeContractSchema, statusSchema, timeSchema, whySchema } from './shapes.ts'

const time = timeSchema.nullable()

const fieldSchema = z
  .object({
    name: z.string(),
    type: z.string().nullable(),
    rules: z.string().meta({ description: 'What is promised beside the type, in words.' }),
    description: z.string().nullable(),
    seen: z.boolean(),
    promised: z.boolean(),
  })
  .meta({ id: 'Field', description: 'A field: seen as a column, promised by the contract, or both.' })

const matchSchema = z
  .object({
    field: z.enum(['name', 'key', ...PLACES, 'column', 'promised', 'why', 'description']),
    text: z.string(),
    label: z.string().nullable().meta({ description: 'Which label, where it is one.' }),
    description: z.string().nullable().meta({ description: 'What is said of a column or promised field.' }),
  })
  .meta({ id: 'Match', description: 'What of it the words of a question stand in.' })

export const catalogueEntrySchema = z
  .object({
    kind: z.enum(ENTRY_KINDS),
    key: keySchema,
    name: z.string(),
    state: z.enum(ENTRY_STATES).meta({ description: 'Of what is `found` only, nothing is promised and nothing known but this.' }),
    status: statusSchema,
    since: time,
    group: z.string().nullable(),
    feed: z.string().nullable(),
    connection: z.string().nullable(),
    path: z.string().nullable(),
    owner: z.string().nullable(),
    why: whySchema,
    description: z.string().nullable(),
    url: z.string().nullable().meta({ description: 'Where people see it in its own system.' }),
    labels: z.record(z.string(), z.string()),
    columns: z.int().meta({ description: 'How many are known.' }),
    flow: z.string().nullable().meta({ description: 'The flow that writes it.' }),
    job: z.string().nullable().meta({ description: 'The job of another system that writes it, `<connection>/<job>`.' }),
    upstream: z.array(z.string()).meta({ description: 'Keys of the assets it is made from.' }),
    downstream: z.array(z.string()).meta({ description: 'Keys of the assets made from it: who reads it.' }),
    unseenUpstream: z.boolean().meta({ description: `Whether it is made from ${UNSEEN}, too.` }),
    unseenDownstream: z.boolean().meta({ description: `Whether ${UNSEEN} is made from it, too.` }),
    contract: maybeContractSchema,
    fields: z.array(fieldSchema).optional().meta({ description: 'Only where `include=fields` asks for them.' }),
    dataThroughAt: time,
    dataThroughIsDay: z.boolean(),
    updatedAt: time,
    foundAt: time,
    goneAt: time,
    matched: z.array(matchSchema),
  })
  .meta({ id: 'CatalogueEntry', description: 'Something of the catalogue, or found and not in it, that answers a question.' })
export type ApiCatalogueEntry = z.infer<typeof catalogueEntrySchema>
