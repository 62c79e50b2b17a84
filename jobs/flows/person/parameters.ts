import { z } from 'zod'

// An end date as affiliate, and neither staff nor faculty.
const AFFILIATES = '(&(AffiliateAssignmentEndDate=*)(&(!(PersonPrimaryAffiliation=staff))(!(PersonPrimaryAffiliation=faculty))))'

export const parameters = z.strictObject({
  upstream: z
    .enum(['direct', 'gateway'])
    .default('direct')
    .describe(
      'Where people come from. direct: PeopleSoft and SnapLogic. gateway: the query endpoint and the person API, with faculty terms.',
    ),
  psQueryLimit: z.int().min(1).max(100).default(10).describe('Term lookups at the same time.'),
  snapLogicLimit: z
    .int()
    .min(1)
    .max(50)
    .default(8)
    .describe('Batches of people asked for at the same time, at most; fewer while the lake is behind.'),
  insertLimit: z
    .int()
    .min(1)
    .max(2)
    .default(2)
    .describe('Load transactions at the same time: with two, one is read while the other is written.'),
  uidCarTermGroupSize: z
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .describe('Term rows per batch; somebody without terms counts as one. Only one person alone may exceed it.'),
  buidBatchSize: z.int().min(1).max(10_000).default(100).describe('gateway: people per batch of those without terms.'),
  queueSize: z.int().min(1).max(1_000_000).default(20_000).describe('People on their way from a batch to the lake, at most.'),
  shrinkRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('A population of which at most this share is left is not believed: nobody is loaded and nobody deleted.'),
  vds: z.boolean().default(true).describe('Ask the virtual directory, too: for affiliates (direct), or for faculty and staff (gateway).'),
  vdsFilter: z.string().min(1).default(AFFILIATES).describe('direct: the LDAP filter that finds the affiliates.'),
  vdsSizeLimit: z
    .int()
    .min(1)
    .default(25_000)
    .describe('Entries the directory is asked for; exactly as many are taken as a cut-off answer.'),
  replay: z.uuid().optional().describe('Load only the people that this run postponed.'),
  dryRun: z.boolean().default(false).describe('Read everything, write nothing, and say what would change.'),
})
export type PersonParameters = z.infer<typeof parameters>
