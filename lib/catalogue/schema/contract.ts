import { z } from 'zod'

const text = z.string().trim().min(1, 'must not be empty')
const entity = text.describe('Its name in the contract, where that is about several.')
const onBreak = z.enum(['stop', 'warn']).default('stop').describe('stop: what breaks the contract is stale. warn: it is late.')

/** What may stand under `contract` of an asset or a feed: which contract, or more about it. */
export const contractSchema = z
  .union([
    text.transform((of) => ({ of, entity: undefined, onBreak: 'stop' as const })),
    z.strictObject({ of: text, entity: entity.optional(), onBreak }),
  ])
  .describe(
    'What its producer promises of its shape: a file of the folder "contracts" beside the catalogue, a folder with a file for each version, a name under "contracts", or an http(s) address.',
  )

export type WrittenContract = z.infer<typeof contractSchema>

/** Contracts by name: documents of the Open Data Contract Standard 3. They are read where something names them. */
export const contractsSchema = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .default({})
  .describe(
    'Contracts (Open Data Contract Standard 3) by names of your own; files of the folder "contracts" beside the catalogue stand here by their paths.',
  )
