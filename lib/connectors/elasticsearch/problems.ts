import { z } from 'zod'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { type ErrorCode, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isPassing } from '#lib/platform/http/errors.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'

const causeSchema = z.object({ type: z.string(), reason: z.string().nullish() })
const problemSchema = z.object({ error: causeSchema.extend({ root_cause: z.array(causeSchema).optional() }) })

interface Told {
  code: ErrorCode
  words: string
  lasting?: LastingReason
  systemWide?: boolean
  retryable?: boolean
}

const NOT_ALL: Told = { code: 'unavailable', words: 'not all of its parts (shards) can be asked', retryable: true }
const NO_LEADER: Told = {
  code: 'unavailable',
  words: 'the cluster has no leader, or is just starting',
  systemWide: true,
  retryable: true,
}

/** By the type of an error, or by that of its cause. */
const KNOWN: readonly { is: RegExp; reason?: RegExp; told: Told }[] = [
  {
    is: /^index_closed_exception$/,
    told: { code: 'refused', words: 'it is closed: nobody can read it until it is opened', lasting: 'refused' },
  },
  { is: /^(master|cluster_manager)_not_discovered_exception$/, told: NO_LEADER },
  { is: /^cluster_block_exception$/, reason: /not recovered|no (master|cluster[-_ ]manager)/i, told: NO_LEADER },
  {
    is: /^cluster_block_exception$/,
    told: {
      code: 'refused',
      words: 'it takes no writes: it is read-only, which a node makes it when its disk is nearly full',
      lasting: 'refused',
    },
  },
  {
    is: /^index_create_block_exception$/,
    told: { code: 'refused', words: 'it takes no new index, which a cluster sees to when its disks are nearly full', lasting: 'refused' },
  },
  { is: /^no_shard_available_action_exception$|^unavailable_shards_exception$/, told: NOT_ALL },
  {
    is: /^circuit_breaking_exception$/,
    told: { code: 'unavailable', words: 'the answer would take more memory than it has to spare', retryable: true },
  },
  {
    is: /^(query_shard_exception|parsing_exception|parse_exception|token_mgr_error)$/,
    told: { code: 'refused', words: 'it does not understand the question; correct "where" in the catalogue', lasting: 'no-time' },
  },
  {
    is: /^illegal_argument_exception$/,
    reason: /aggregat|fielddata|doc values|docvalue/i,
    told: { code: 'refused', words: 'the field holds no time; name another in the catalogue', lasting: 'no-time' },
  },
]

/** Better words for an error answer than its status alone; undefined: the status says it all. */
export function toProblem(system: string, what: string, status: number, body: string): TidemarkError | undefined {
  const parsed = problemSchema.safeParse(readJson(body))
  if (!parsed.success) return undefined
  const { error } = parsed.data
  const told = toldOf(status, [error, ...(error.root_cause ?? [])])
  if (told === undefined) return undefined
  const publicMessage = `${system} cannot answer about ${what}: ${told.words}.`
  const { systemWide = false, retryable = isPassing(status) && told.lasting === undefined } = told
  return new TidemarkError(told.code, {
    publicMessage,
    message: `${publicMessage} [HTTP ${status}, ${error.type}] ${foreignWords(error.reason ?? '')}`.trim(),
    status,
    systemWide,
    retryable,
    ...(told.lasting !== undefined && { lasting: told.lasting }),
  })
}

function toldOf(status: number, causes: readonly z.infer<typeof causeSchema>[]): Told | undefined {
  for (const { type, reason } of causes.toReversed()) {
    const known = KNOWN.find((one) => one.is.test(type) && (one.reason?.test(reason ?? '') ?? true))
    if (known !== undefined) return known.told
  }
  const [first] = causes
  if (status === 404 && first?.type === 'index_not_found_exception')
    return { code: 'not-found', words: 'there is no index, alias or data stream of that name', lasting: 'gone' }
  const unfit = causes.find(({ type }) => type === 'mapper_parsing_exception')
  if (unfit !== undefined)
    return { code: 'refused', words: `it does not take the mapping of an index: ${mappingWords(unfit.reason ?? '')}` }
  if (status === 403) return { code: 'refused', words: 'its account may not read or write it', lasting: 'refused' }
  return first?.type === 'search_phase_execution_exception' && status >= 500 ? NOT_ALL : undefined
}

/** What it names stands in the catalogue or the contract. */
function mappingWords(reason: string): string {
  const asked = [...reason.matchAll(/\[([\w.@-]+)\]/g)].map(([, named = '']) => named)
  return foreignWords(reason.replace(/^Failed to parse mapping(?: \[_doc\])?: /, ''), { asked })
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
