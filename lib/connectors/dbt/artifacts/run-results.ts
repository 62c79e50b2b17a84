import { z } from 'zod'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type ArtifactHead, type ArtifactSource, inShape, piecesOf, readHead, refusedArtifact } from '#lib/records/read/dbt-artifact.ts'
import type { JsonPath } from '#lib/records/read/json-stream.ts'
import { readMoment } from '#lib/records/read/read-moment.ts'

/** How one node ended: `built` whole, `reused` as it was since nothing above it moved, `partial` when some of its batches failed. */
export type NodeOutcome = 'built' | 'reused' | 'partial' | 'failed' | 'skipped' | 'passed' | 'warned' | 'nothing'

/** Its rows are there as this invocation says. */
export const isLoaded = (outcome: NodeOutcome) => outcome === 'built' || outcome === 'reused'
export const isBroken = (outcome: NodeOutcome) => outcome === 'failed' || outcome === 'partial'

export interface NodeResult {
  id: string
  outcome: NodeOutcome
  startedAt: Instant | null
  endedAt: Instant
  message: string | null
  /** Rows it wrote; null where the warehouse does not say. */
  rows: number | null
}

export interface RunResults extends ArtifactHead {
  startedAt: Instant | null
  /** Whether nodes that ended well in it were loaded: a compiled or emptied one was not. */
  isLoad: boolean
  results: readonly NodeResult[]
}

const OUTCOMES: Readonly<Record<string, NodeOutcome>> = {
  success: 'built',
  reused: 'reused',
  'partial success': 'partial',
  error: 'failed',
  fail: 'failed',
  'runtime error': 'failed',
  skipped: 'skipped',
  pass: 'passed',
  warn: 'warned',
  'no-op': 'nothing',
}
/** `docs generate`, `compile`, `show` and others say `success` of every node they have only read. */
const LOADING: readonly string[] = ['build', 'run', 'seed', 'snapshot', 'retry', 'run-operation']

const resultSchema = z.object({
  unique_id: z.string(),
  status: z.string(),
  timing: z.array(z.object({ name: z.string(), started_at: z.string().nullish(), completed_at: z.string().nullish() })).nullish(),
  message: z.string().nullish(),
  adapter_response: z.record(z.string(), z.unknown()).nullish(),
})
const argsSchema = z.object({ which: z.string().nullish(), empty: z.unknown().optional() })
const startSchema = z.object({ invocation_started_at: z.string().nullish() })

function rowsOf({ adapter_response }: z.output<typeof resultSchema>): number | null {
  const rows = Number(adapter_response?.['rows_affected'] ?? Number.NaN)
  return Number.isSafeInteger(rows) && rows >= 0 ? rows : null
}

function toResult(told: z.output<typeof resultSchema>, generatedAt: Instant): NodeResult {
  const timing = told.timing?.find(({ name }) => name === 'execute') ?? told.timing?.at(-1)
  const outcome = OUTCOMES[told.status.toLowerCase()] ?? 'nothing'
  return {
    id: told.unique_id,
    outcome,
    startedAt: readMoment(timing?.started_at),
    endedAt: readMoment(timing?.completed_at) ?? generatedAt,
    message: told.message?.trim() || null,
    rows: outcome === 'built' ? rowsOf(told) : outcome === 'reused' ? 0 : null,
  }
}

/** Reads the results of one invocation; refuses what is not whole or of another version, in words. */
export async function readRunResults(source: ArtifactSource): Promise<RunResults> {
  const { what } = source
  let head: (ArtifactHead & { startedAt: Instant | null }) | null = null
  let args: z.output<typeof argsSchema> = { empty: undefined }
  const told: z.output<typeof resultSchema>[] = []
  const isEntered = (path: JsonPath) => path.length === 0 || (path.length === 1 && path[0] === 'results')
  const isWanted = ([part]: JsonPath) => part === 'metadata' || part === 'args' || part === 'results'
  for await (const { path, value } of piecesOf(source, isEntered, isWanted)) {
    const [part, at] = path
    if (part === 'metadata') {
      const { invocation_started_at } = inShape(what, 'metadata', startSchema, value)
      head = { ...readHead(what, 'run-results', value), startedAt: readMoment(invocation_started_at) }
    } else if (part === 'args') args = inShape(what, 'args', argsSchema, value)
    else if (at !== undefined) told.push(inShape(what, `results ${at}`, resultSchema, value))
  }
  if (head === null) throw refusedArtifact(what, 'it has no metadata, as all results of dbt have')
  const { generatedAt } = head
  const results = told.map((one) => toResult(one, generatedAt))
  const command = args.which ?? null
  const isLoad = (command === null || LOADING.includes(command)) && args.empty !== true
  return { ...head, isLoad, results }
}
