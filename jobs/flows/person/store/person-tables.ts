import type { DocumentTables } from '#jobs/flows/documents/tables.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'
import { hasContent } from '#lib/records/allow-list.ts'

export interface PersonKey {
  buid: string
}

export const PERSON_TABLES: DocumentTables<PersonKey> = {
  name: 'person',
  raw: 'person_raw.person_data',
  current: 'person_xform.current_person_data',
  curated: 'person_curated.person_data_by_service',
  filters: 'person_curated.person_schema_service_filters',
  keys: [{ column: 'bu_uid', type: 'text', field: 'buid' }],
  document: 'person_data',
  insertedAt: 'dl_insert_date',
  groups: 'populations',
  filterGroup: 'population',
  saysSomething(part) {
    if (!isJsonObject(part)) return false
    const { personid: _person, ...content } = part
    return hasContent(content)
  },
  isServiceFirst: false,
}

/** All people are one part, under one lock. */
export const EVERYBODY = 0
