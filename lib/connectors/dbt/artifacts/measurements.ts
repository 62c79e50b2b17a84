import { z } from 'zod'
import type { Instant } from '#lib/domain/time/instant.ts'
import {
  type ArtifactHead,
  type ArtifactName,
  type ArtifactSource,
  inShape,
  piecesOf,
  readHead,
  refusedArtifact,
} from '#lib/records/read/dbt-artifact.ts'
import type { JsonPath } from '#lib/records/read/json-stream.ts'
import { readMoment } from '#lib/records/read/read-moment.ts'

/** What dbt measured of a source, or of a model: the newest value it saw (null: no rows), when it looked; or what went wrong. */
export type Measurement =
  | { id: string; ok: true; newestAt: Instant | null; measuredAt: Instant; isUtc: boolean }
  | { id: string; ok: false; message: string | null }

export interface Measurements extends ArtifactHead {
  measured: ReadonlyMap<string, Measurement>
}

const resultSchema = z.object({
  unique_id: z.string(),
  status: z.string(),
  max_loaded_at: z.string().nullish(),
  snapshotted_at: z.string().nullish(),
  error: z.unknown().optional(),
})

const JUDGED: readonly string[] = ['pass', 'warn', 'error']
/** dbt writes the first year for "no rows". */
const FIRST_YEARS_END = Date.parse('0002-01-01T00:00:00Z')

/** So dbt writes what had no zone, too: it takes it for UTC. */
function isUtc(text: string): boolean {
  return !/[+-]\d\d(?::?\d\d)?$/.test(text.slice(10)) || /[+-]00(?::?00)?$/.test(text)
}

function toMeasurement(what: string, { unique_id: id, ...told }: z.output<typeof resultSchema>): Measurement {
  const message = typeof told.error === 'string' && told.error.trim() !== '' ? told.error.trim() : null
  if (!JUDGED.includes(told.status.toLowerCase()) || told.max_loaded_at == null) return { id, ok: false, message }
  const newestAt = readMoment(told.max_loaded_at)
  const measuredAt = readMoment(told.snapshotted_at)
  if (newestAt === null || measuredAt === null) throw refusedArtifact(what, `the times of ${id} cannot be read`)
  return { id, ok: true, newestAt: newestAt < FIRST_YEARS_END ? null : newestAt, measuredAt, isUtc: isUtc(told.max_loaded_at) }
}

/** Reads `sources.json` v3, or `freshness.json` of dbt 2; refuses what is not whole or of another version, in words. */
export async function readMeasurements(
  name: Extract<ArtifactName, 'sources.json' | 'freshness.json'>,
  source: ArtifactSource,
): Promise<Measurements> {
  const { what } = source
  let head: ArtifactHead | null = null
  const measured = new Map<string, Measurement>()
  const isEntered = (path: JsonPath) => path.length === 0 || (path.length === 1 && path[0] === 'results')
  const isWanted = ([part]: JsonPath) => part === 'metadata' || part === 'results'
  for await (const { path, value } of piecesOf(source, isEntered, isWanted)) {
    const [part, at] = path
    if (part === 'metadata') head = readHead(what, name === 'sources.json' ? 'sources' : 'freshness', value)
    else if (at !== undefined) {
      const one = toMeasurement(what, inShape(what, `results ${at}`, resultSchema, value))
      measured.set(one.id, one)
    }
  }
  if (head === null) throw refusedArtifact(what, 'it has no metadata, as all that dbt measures has')
  return { ...head, measured }
}
