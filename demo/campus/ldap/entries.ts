import type { Filter } from 'ldapts'
import { buidOf } from '#demo/campus/people/ids.ts'
import type { People } from '#demo/campus/people/people.ts'
import { type Entry, matches } from './filter.ts'

export const PEOPLE_BASE = 'ou=people,o=campus'

function* entries(people: People): Generator<Entry> {
  for (const index of people.everybody()) {
    yield personEntry(people, index)
    if (index % 200 === 17)
      yield {
        dn: `uid=guest${index},${PEOPLE_BASE}`,
        attributes: {
          objectClass: ['top', 'account'],
          uid: [`guest${index}`],
          PersonPrimaryAffiliation: ['affiliate'],
          AffiliateAssignmentEndDate: ['20270101000000Z'],
        },
      }
  }
}

function personEntry(people: People, index: number): Entry {
  const buid = buidOf(index)
  const uid = `p${index + 1}`
  const populations = people.populationsOf(index)
  const primary = populations.includes('faculty')
    ? 'faculty'
    : populations.includes('employee')
      ? 'staff'
      : populations[0] === 'student'
        ? 'student'
        : 'affiliate'
  const changes = people.changes.versionsOf(index).contact ?? 0
  // Some of the staff were affiliates once and have kept their end date.
  const hasEnd = populations.includes('affiliate') || (primary === 'staff' && index % 11 === 0)
  return {
    dn: `uid=${uid},${PEOPLE_BASE}`,
    attributes: {
      objectClass: ['top', 'person', 'inetOrgPerson'],
      uid: [uid],
      cn: [`Invented Person ${index + 1}`],
      buid: [buid],
      PersonBuid: [buid],
      PersonPrimaryAffiliation: [primary],
      mail:
        changes === 0
          ? [`person${index + 1}@campus.example`]
          : [`person${index + 1}@campus.example`, `person${index + 1}.${changes}@campus.example`],
      modifyTimestamp: [`2026${String(1 + (index % 10)).padStart(2, '0')}15120000Z`],
      ...(hasEnd ? { AffiliateAssignmentEndDate: ['20270630000000Z'] } : {}),
    },
  }
}

export function find(people: People, filter: Filter): Entry[] {
  const found: Entry[] = []
  for (const entry of entries(people)) if (matches(filter, entry)) found.push(entry)
  return found
}
