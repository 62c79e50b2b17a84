import { expect, test } from 'vitest'
import { type Affected, updateTemplates } from './update-words.ts'

const firstOf = (affected: Partial<Affected>) =>
  updateTemplates({ feeds: ['People'], worst: 'late', causes: [], hasEnded: false, ...affected })[0]?.text

test('templates tell what was affected in the past, and where it stands', () => {
  const affected: Affected = {
    feeds: ['People', 'Patron file'],
    worst: 'late',
    causes: [{ kind: 'connection', name: 'SAP' }],
    hasEnded: false,
  }
  expect(updateTemplates(affected)).toEqual([
    { name: 'We look into it', text: 'People and Patron file were late because SAP did not answer. We are looking into it.' },
    { name: 'We know the cause', text: 'People and Patron file were late because SAP did not answer. We know why, and are working on it.' },
    {
      name: 'It is mended',
      text: 'People and Patron file were late because SAP did not answer. That is mended, and what was missed is being loaded.',
    },
  ])
  expect(updateTemplates({ ...affected, hasEnded: true })).toEqual([
    { name: 'It is over', text: 'People and Patron file were late because SAP did not answer. Everything is up to date again.' },
  ])
})

test.each<[Partial<Affected>, string]>([
  [{ worst: 'stale' }, 'People was out of date.'],
  [{ worst: 'unknown' }, 'People could not be checked.'],
  [{ feeds: [] }, 'Some data was late.'],
  [{ feeds: ['a', 'b', 'c'] }, 'A, b and c were late.'],
  [{ feeds: ['a', 'b', 'c', 'd', 'e'] }, 'A, b and 3 more were late.'],
  [{ causes: [{ kind: 'flow', name: 'person' }] }, 'People was late because the load person did not succeed.'],
  [{ causes: [{ kind: 'job', name: 'dbt/nightly' }] }, 'People was late because the job dbt/nightly did not succeed.'],
  [{ causes: [{ kind: 'asset', name: 'Employees' }] }, 'People was late because Employees was not up to date.'],
  [{ causes: [{ kind: 'asset', name: 'People' }] }, 'People was late.'],
  [
    { causes: [{ kind: 'unseen', name: 'a system you may not see' }] },
    'People was late because a system that it depends on had a problem.',
  ],
  [
    {
      causes: [
        { kind: 'connection', name: 'SAP' },
        { kind: 'flow', name: 'person' },
      ],
    },
    'People was late.',
  ],
])('%o begins with "%s"', (affected, words) => {
  expect(firstOf(affected)).toBe(`${words} We are looking into it.`)
})
