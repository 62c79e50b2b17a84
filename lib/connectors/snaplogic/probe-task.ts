import type { Connection, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { type Fingerprint, fingerprintOf, fingerprintProbe, type Probe, reachable } from '#lib/connectors/kit/probe.ts'
import { type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { NO_TERM, readCourses } from './read-courses.ts'
import { readDocuments } from './read-documents.ts'
import { readPeople } from './read-people.ts'
import { type SnapLogicSettings, taskAssetSettings } from './settings.ts'

type Connected = Connection<SnapLogicSettings>

/** The cheapest question the task can be asked: a term that never exists, nobody, or a run of which nothing is read. */
export async function askTask(connection: Connected): Promise<string> {
  const { task } = connection.settings
  const answer =
    task === 'people' ? readPeople(connection, []) : task === 'courses' ? readCourses(connection, NO_TERM) : readDocuments(connection, {})
  for await (const _record of answer) break
  return 'The task accepts our key and answers.'
}

/** A task does not tell when its data changed: it only answers, unless a term or parameters are named: then a fingerprint tells changes. */
export async function probeTask(connection: Connected, asset: ObservedAsset): Promise<Probe> {
  const { term, parameters } = taskAssetSettings.parse(asset.settings)
  if (term !== undefined) {
    const seen: Fingerprint = await fingerprintOf(coursesOf(connection, term))
    return fingerprintProbe(connection, asset, seen, `courses of term ${term}`)
  }
  if (parameters !== undefined)
    return fingerprintProbe(connection, asset, await fingerprintOf(readDocuments(connection, parameters)), 'documents')
  return reachable(await askTask(connection))
}

async function* coursesOf(connection: Connected, term: string): AsyncGenerator<JsonValue> {
  for await (const record of readCourses(connection, term)) {
    if (record.kind === 'course') yield [parseJson(record.termDetails), parseJson(record.text)]
  }
}
