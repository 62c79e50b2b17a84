import type { Curation } from '#jobs/flows/documents/curation.ts'
import { sourceHash, unionOf } from '#jobs/flows/documents/document-row.ts'
import { type KnownRow, readKnown } from '#jobs/flows/documents/known-rows.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import type { IncomingPerson } from './incoming-person.ts'
import { type PersonRow, type RefusedPerson, readPerson, recallPerson } from './person-row.ts'
import { PERSON_TABLES } from './store/person-tables.ts'

interface PreparedPeople {
  rows: PersonRow[]
  refused: RefusedPerson[]
  /** People sent more than once; the last one counts. */
  duplicates: number
}

/** Reads a batch, each person once, and makes the texts that will probably be written; a text the lake knows is not parsed. Outside any
 * transaction, so that the database works on another batch meanwhile; asks the lake for this batch only, so memory does not grow. */
export async function preparePeople(
  lake: Pick<FlowContext<unknown>['lake'], 'query'>,
  people: readonly IncomingPerson[],
  curation: Curation,
): Promise<PreparedPeople> {
  const last = new Map(people.map((person) => [person.buid, person]))
  const rows = await readKnown(lake, PERSON_TABLES, { where: 'c.bu_uid = any ($1)', values: [[...last.keys()]] })
  const known = new Map(rows.map((row) => [row.buid, row]))
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

function read(person: IncomingPerson, before: KnownRow | undefined, curation: Curation): PersonRow | RefusedPerson {
  const source = sourceHash(person.text)
  return before?.source === source ? recallPerson(person, source, before.hash, curation) : readPerson(person, source, curation)
}

/** A guess: the comparison that counts is made under a lock. */
function makeTexts(row: PersonRow, before: KnownRow | undefined): void {
  const isNew = before === undefined || before.deleted
  const groups = isNew ? row.groups : unionOf(before.groups, row.groups)
  const differs = isNew || row.hash !== before.hash
  if (differs) row.document()
  if (differs || groups.length > before.groups.length) row.views(groups)
}
