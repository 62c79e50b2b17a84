import { z } from 'zod'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type JsonPath, type JsonPiece, streamJson } from './json-stream.ts'
import { readMoment } from './read-moment.ts'

/** The files dbt leaves in its target folder that say something about data. */
export type ArtifactName = 'manifest.json' | 'run_results.json' | 'sources.json' | 'freshness.json' | 'catalog.json'

/** Where an artifact comes from, in public words, and its bytes. */
export interface ArtifactSource {
  /** In public words: `manifest.json of dbt (shop)`. */
  what: string
  bytes: AsyncIterable<Uint8Array>
}

export interface ArtifactHead {
  version: number
  generatedAt: Instant
  invocationId: string | null
}

export const ARTIFACT_BYTES_MAX = 250_000_000

const KINDS: Readonly<Record<string, readonly [min: number, max: number]>> = {
  manifest: [9, 12],
  'run-results': [4, 6],
  sources: [3, 3],
  freshness: [0, 3],
  catalog: [1, 1],
}

const moment = z.string().transform((text, context) => {
  const at = readMoment(text)
  if (at !== null) return at
  context.addIssue({ code: 'custom', message: 'is not a time' })
  return z.NEVER
})

const headSchema = z.object({
  dbt_schema_version: z.string(),
  generated_at: moment,
  invocation_id: z.string().nullish(),
})

/** What cannot be used stays so until the file is another one. */
export function refusedArtifact(what: string, because: string): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `${what} cannot be used: ${because}.` })
}

/** One value of an artifact in the given shape; refused with the place and what is wrong there. */
export function inShape<T>(what: string, place: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = [place, ...(issue?.path ?? []).map(String)].filter((part) => part !== '').join('.')
  throw refusedArtifact(what, `${where} is not as dbt writes it (${issue?.message ?? 'another shape'})`)
}

/** The head of an artifact of this kind, in a version that is known. */
export function readHead(what: string, kind: keyof typeof KINDS & string, value: unknown): ArtifactHead {
  const head = inShape(what, 'metadata', headSchema, value)
  const [, told = '', version = ''] = /\/dbt\/([a-z-]+)\/v(\d+)(?:\.json)?$/.exec(head.dbt_schema_version) ?? []
  const [min, max] = KINDS[kind] ?? [0, 0]
  // Its kind is told by its name; some builds of dbt 2 call it by the name of the file it replaces.
  const isKind = told === kind || (kind === 'freshness' && told === 'sources')
  if (!isKind) throw refusedArtifact(what, `it says that it is "${head.dbt_schema_version}", and ${kind} was expected`)
  if (Number(version) < min || Number(version) > max) {
    const known = min === max ? `v${min}` : `v${min} to v${max}`
    throw refusedArtifact(what, `it is ${kind} v${version}, and ${known} can be read`)
  }
  return { version: Number(version), generatedAt: head.generated_at, invocationId: head.invocation_id ?? null }
}

const NAMES: Readonly<Record<string, ArtifactName>> = {
  manifest: 'manifest.json',
  'run-results': 'run_results.json',
  sources: 'sources.json',
  freshness: 'freshness.json',
  catalog: 'catalog.json',
}

/** Which artifact this is, by what it says of itself, read to its end; refuses what is none, is not whole or of another version, in words. */
export async function readArtifactHead(source: ArtifactSource): Promise<ArtifactHead & { name: ArtifactName }> {
  const { what } = source
  let told: unknown
  const isEntered = (path: JsonPath) => path.length === 0 || (path.length === 1 && path[0] !== 'metadata')
  for await (const { value } of piecesOf(source, isEntered, ([part, more]) => part === 'metadata' && more === undefined)) told = value
  if (told === undefined) throw refusedArtifact(what, 'it has no metadata, as every artifact of dbt has')
  const version = inShape(what, 'metadata', headSchema, told).dbt_schema_version
  const kind = /\/dbt\/([a-z-]+)\/v\d+(?:\.json)?$/.exec(version)?.[1] ?? ''
  const name = NAMES[kind]
  if (name === undefined)
    throw refusedArtifact(what, `it says that it is "${version}", and only ${Object.values(NAMES).join(', ')} are read`)
  return { ...readHead(what, kind, told), name }
}

/** The pieces of an artifact, parsed; what is not entered comes whole. Refuses a text that ends early, is no JSON or too large, in words about this file. */
export async function* piecesOf(
  { what, bytes }: ArtifactSource,
  isEntered: (path: JsonPath) => boolean,
  isWanted: (path: JsonPath) => boolean,
): AsyncGenerator<{ path: JsonPath; value: unknown }> {
  let pieces = 0
  try {
    for await (const piece of streamJson(what, limited(what, bytes), isEntered)) {
      pieces += 1
      // So that other work of the worker goes on between two pieces of a large file.
      if (pieces % 500 === 0) await new Promise(setImmediate)
      if (piece.kind === 'value' && isWanted(piece.path)) yield { path: piece.path, value: parsed(what, piece) }
    }
  } catch (error) {
    throw isTidemarkError(error) ? ownWords(what, error) : error
  }
}

async function* limited(what: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > ARTIFACT_BYTES_MAX) throw refusedArtifact(what, `it is larger than ${ARTIFACT_BYTES_MAX / 1_000_000} MB`)
    yield chunk
  }
  if (length === 0) throw halfWritten(what)
}

function parsed(what: string, piece: Extract<JsonPiece, { kind: 'value' }>): unknown {
  try {
    return JSON.parse(piece.text)
  } catch {
    throw refusedArtifact(what, `${piece.path.join('.') || 'it'} is not JSON`)
  }
}

function halfWritten(what: string): TidemarkError {
  return new TidemarkError('unavailable', {
    publicMessage: `${what} ends in the middle: it is being written just now, or was not written to its end.`,
    retryable: true,
  })
}

/** The reader speaks of answers; what is read here is a file. */
function ownWords(what: string, error: TidemarkError): TidemarkError {
  if (error.publicMessage === `The answer of ${what} was cut off in the middle.`) return halfWritten(what)
  return error.publicMessage === `The answer of ${what} is not JSON.` ? refusedArtifact(what, 'it is not JSON') : error
}
