import type { DocumentTables } from '#jobs/flows/documents/tables.ts'

export interface PersonKey {
  buid: string
}

/** Where the people are kept: sql/person.sql. */
export const PERSON_TABLES: DocumentTables<PersonKey> = {
  name: 'person',
  raw: 'person_raw.person_data',
  current: 'person_xform.current_person_data',
  curated: 'person_curated.person_data_by_service',
  keys: [{ column: 'bu_uid', type: 'text', field: 'buid' }],
  document: 'person_data',
  insertedAt: 'dl_insert_date',
  groups: 'populations',
  isServiceFirst: false,
}

/** People are not divided into parts that could be loaded beside each other. */
export const EVERYBODY = 0
