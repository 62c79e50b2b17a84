import { parseAnswer } from '#lib/connectors/kit/answer.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'

/** A person as the person task or the person API sent them (`text`, not parsed), or an element that is no person. */
export type PersonRecord = { kind: 'person'; buid: string; text: string } | { kind: 'dropped'; reason: string }

export function isPersonRecord(value: unknown): value is PersonRecord {
  if (!isJsonObject(value)) return false
  if (value['kind'] === 'dropped') return typeof value['reason'] === 'string'
  return value['kind'] === 'person' && typeof value['buid'] === 'string' && typeof value['text'] === 'string'
}

// Saves parsing a whole document only to learn its owner.
const BEGINS_WITH_ID = /^\{\s*"personid"\s*:\s*"([^"\\\s]+)"/

/** Whose document a text is. Objects without a `personid`, which the pipelines are known to send, are dropped. */
export function toPersonRecord(system: string, text: string): PersonRecord {
  const known = BEGINS_WITH_ID.exec(text)?.[1]
  if (known !== undefined) return { kind: 'person', buid: known, text }
  const value = parseAnswer(system, text)
  if (!isJsonObject(value)) return { kind: 'dropped', reason: 'something that is no object stands where a person should be' }
  const id = value['personid']
  const buid = typeof id === 'number' ? String(id) : typeof id === 'string' ? id.trim() : ''
  if (buid !== '') return { kind: 'person', buid, text }
  const isEmpty = Object.keys(value).length === 0
  return { kind: 'dropped', reason: isEmpty ? 'an empty object stands where a person should be' : 'an object has no personid' }
}
