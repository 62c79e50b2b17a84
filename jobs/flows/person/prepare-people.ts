import type { Curation } from '#jobs/flows/documents/curation.ts'
import { unionOf } from '#jobs/flows/documents/document-row.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import type { IncomingPerson } from './incoming-person.ts'
import { type KnownPerson, readKnown } from './known-people.ts'
import { type PersonRow, type RefusedPerson, readPerson, recallPerson, sourceHash } from './person-row.ts'

/** What a merge would make of a person as things stand, and whom the person would then belong to. */
export interface Expected {
  outcome: 'fresh' | 'changed' | 'returned' | 'regrouped' | 'unchanged'
  groups: readonly string[]
}

export interface PreparedPeople {
  rows: PersonRow[]
  /** In the order of the rows. Only a hint: the comparison that counts is made under a lock. */
  expected: Expected[]
  refused: RefusedPerson[]
  /** People who came again; the last one counts. */
  duplicates: number
}

/**
 * Reads a batch, each person once; a text the lake knows already is not even parsed. Outside any transaction, so that the database
 * can work on another batch meanwhile; asks the lake for this batch's people only, so that memory does not grow with the population.
 */
export async function preparePeople(
  lake: Pick<FlowContext<unknown>['lake'], 'query'>,
  people: readonly IncomingPerson[],
  curation: Curation,
): Promise<PreparedPeople> {
  const last = new Map(people.map((person) => [person.buid, person]))
  const known = await readKnown(lake, [...last.keys()])
  const prepared: PreparedPeople = { rows: [], expected: [], refused: [], duplicates: people.length - last.size }
  for (const person of last.values()) {
    const before = known.get(person.buid)
    const row = read(person, before, curation)
    if ('refused' in row) prepared.refused.push(row)
    else {
      prepared.rows.push(row)
      prepared.expected.push(expect(row, before))
    }
  }
  return prepared
}

function read(person: IncomingPerson, before: KnownPerson | undefined, curation: Curation): PersonRow | RefusedPerson {
  const source = sourceHash(person.text)
  return before?.source === source ? recallPerson(person, source, before.hash, curation) : readPerson(person, source, curation)
}

function expect(row: PersonRow, before: KnownPerson | undefined): Expected {
  if (before === undefined) return { outcome: 'fresh', groups: row.groups }
  const groups = before.deleted ? row.groups : unionOf(before.populations, row.groups)
  if (row.hash !== before.hash) return { outcome: 'changed', groups }
  if (before.deleted) return { outcome: 'returned', groups }
  return { outcome: groups.length > before.populations.length ? 'regrouped' : 'unchanged', groups }
}

/** Makes the views of what will be written before its transaction begins. */
export function prepareViews({ rows, expected }: PreparedPeople): void {
  for (const [index, row] of rows.entries()) {
    const each = expected[index]
    if (each !== undefined && each.outcome !== 'unchanged') row.views(each.groups)
  }
}
