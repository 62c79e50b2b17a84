import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Connection, Observation, ObservedAsset } from '#lib/connectors/connector.ts'
import { contentHash } from '#lib/domain/canonical-form.ts'
import { parseJson } from '#lib/domain/json.ts'
import { isSystemWide, toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { NO_TERM, readCourses } from './read-courses.ts'
import type { SnapLogicSettings } from './settings.ts'

type Connected = Connection<SnapLogicSettings>
type Seen = Extract<Observation, { ok: true }>

const previousState = z.object({ fingerprint: z.string(), writtenAt: z.number() })

/**
 * One look at the task. It says nothing about when its courses changed: without a term we only learn that it answers
 * (no clock moves, the look itself counts); with one, the fingerprint of the term's courses tells when they change.
 */
export async function observeCourses(
  connection: Connected,
  asset: ObservedAsset,
  schema: z.ZodType<{ term?: string | undefined }>,
): Promise<Observation> {
  try {
    const { term } = schema.parse(asset.settings)
    return term === undefined ? await lookCheaply(connection, asset) : await lookAtTerm(connection, asset, term)
  } catch (error) {
    if (connection.signal.aborted || isSystemWide(error)) throw error
    return { ok: false, assetKey: asset.key, publicMessage: toPublicMessage(error), message: toInternalMessage(error) }
  }
}

async function lookCheaply(connection: Connected, asset: ObservedAsset): Promise<Seen> {
  const started = connection.clock.now()
  for await (const _record of readCourses(connection, NO_TERM)) break
  const costMs = connection.clock.now() - started
  const evidence = { method: 'answer', strength: 'weak', detail: 'The task accepts our key and answers.', costMs } as const
  return { ok: true, assetKey: asset.key, readings: [], rows: null, evidence, state: null, warnings: [] }
}

async function lookAtTerm(connection: Connected, asset: ObservedAsset, term: string): Promise<Seen> {
  const started = connection.clock.now()
  const { courses, fingerprint } = await fingerprintOf(connection, term)
  const previous = previousState.safeParse(asset.previous)
  const unchanged = previous.success && previous.data.fingerprint === fingerprint
  const writtenAt = unchanged ? previous.data.writtenAt : connection.clock.now()
  const detail = `The ${courses} courses of term ${term} ${unchanged ? 'have not changed' : 'changed, or are seen for the first time'}.`
  return {
    ok: true,
    assetKey: asset.key,
    readings: [{ clock: 'writtenAt', at: courses === 0 ? null : writtenAt, precision: 'instant' }],
    rows: courses,
    evidence: { method: 'fingerprint', strength: 'weak', detail, costMs: connection.clock.now() - started },
    state: { fingerprint, writtenAt },
    warnings: [],
  }
}

async function fingerprintOf(connection: Connected, term: string): Promise<{ courses: number; fingerprint: string }> {
  const hashes: string[] = []
  for await (const record of readCourses(connection, term)) {
    if (record.kind === 'course') hashes.push(contentHash([parseJson(record.termDetails), parseJson(record.text)]))
  }
  const all = createHash('sha256')
  for (const hash of hashes.sort()) all.update(hash)
  return { courses: hashes.length, fingerprint: all.digest('hex') }
}
