import type { Curation } from '#jobs/flows/documents/curation.ts'
import { unionOf } from '#jobs/flows/documents/document-row.ts'
import { parseJson } from '#lib/domain/values/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { CANONICAL_VERSION, contentHash } from '#lib/records/canonical-form.ts'
import type { IncomingPerson } from './incoming-person.ts'
import { type PersonRow, type RefusedPerson, readPerson, recallPerson, sourceHash } from './person-row.ts'

export interface PreparedPeople {
  rows: PersonRow[]
  refused: RefusedPerson[]
  /** People who came again; the last one counts. */
  duplicates: number
}

/**
 * Reads a batch, each person once, and makes the texts of what looks as if it will be written; a text the lake knows already is not
 * even parsed, and no document stays parsed. Outside any transaction, so that the database can work on another batch meanwhile; asks
 * the lake for this batch's people only, so that memory does not grow with the population.
 */
export async function preparePeople(
  lake: Pick<FlowContext<unknown>['lake'], 'query'>,
  people: readonly IncomingPerson[],
  curation: Curation,
): Promise<PreparedPeople> {
  const last = new Map(people.map((person) => [person.buid, person]))
  const known = await readKnown(lake, [...last.keys()])
  const prepared: PreparedPeople = { rows: [], refused: [], duplicates: people.length - last.size }
  for (const person of last.values()) {
    const before = known.get(person.buid)
    const row = read(person, before, curation)
    if ('refused' in row) prepared.refused.push(row)
    else {
      prepared.rows.push(row)
      makeTexts(row, before)
      row.forget()
    }
  }
  return prepared
}

function read(person: IncomingPerson, before: KnownPerson | undefined, curation: Curation): PersonRow | RefusedPerson {
  const source = sourceHash(person.text)
  return before?.source === source ? recallPerson(person, source, before.hash, curation) : readPerson(person, source, curation)
}

/** Only a hint: the comparison that counts is made under a lock. */
function makeTexts(row: PersonRow, before: KnownPerson | undefined): void {
  const isNew = before === undefined || before.deleted
  const groups = isNew ? row.groups : unionOf(before.populations, row.groups)
  const differs = isNew || row.hash !== before.hash
  if (differs) row.document()
  if (differs || groups.length > before.populations.length) row.views(groups)
}

/** What the lake has of a person before a batch is merged. Only a hint: the comparison that counts is made under a lock. */
interface KnownPerson {
  buid: string
  populations: string[]
  deleted: boolean
  /** Hash of the content. */
  hash: string
  /** Hash of the text as it was sent. */
  source: string
}

interface KnownRow extends KnownPerson {
  /** Only when the content was hashed by another version of the canonical form. */
  document: string | null
}

/** What the lake has of the people of one batch. */
async function readKnown(
  lake: Pick<FlowContext<unknown>['lake'], 'query'>,
  buids: readonly string[],
): Promise<ReadonlyMap<string, KnownPerson>> {
  const rows = await lake.query<KnownRow>(
    `select c.bu_uid as buid, c.populations, c.deleted_at is not null as deleted, encode(c.content_hash, 'hex') as hash,
       encode(c.source_hash, 'hex') as source, case when c.hash_version <> $2 then c.person_data::text end as document
     from person_xform.current_person_data c where c.bu_uid = any ($1)`,
    [buids, CANONICAL_VERSION],
  )
  return new Map(rows.map(({ document, ...known }) => [known.buid, { ...known, hash: document === null ? known.hash : hashOf(document) }]))
}

function hashOf(document: string): string {
  return contentHash(parseJson(document))
}
