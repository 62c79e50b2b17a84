import { expect, it } from 'vitest'
import { type ConcernedReader, concernedReaders, type NamedReader, type ReadingFeed } from './concerned-readers.ts'

const group = (key: string) => ({ key, name: key.toUpperCase() })
const feed = (key: string, ...assetIds: number[]): ReadingFeed => ({
  key,
  name: key,
  group: group('sales'),
  owner: `${key}-team`,
  assetIds,
})
const named = (name: string, subject: NamedReader['subject'], ...assetIds: number[]): NamedReader => ({
  ...{ name, subject, assetIds },
  ...{ group: subject === null ? null : group('sales'), owners: [] },
})
const brief = ({ name, owners, isNamed, isBelow }: ConcernedReader) =>
  [name, ...owners, ...(isNamed ? ['contract'] : []), ...(isBelow ? ['lineage'] : [])].join(' ')

it.each<[string, ReadingFeed[], NamedReader[], string[], string[]]>([
  ['who is made from it', [feed('leads', 1)], [], [], ['leads leads-team lineage']],
  ['whom it names, without anything here', [], [named('Finance', null)], [], ['Finance contract']],
  [
    'one that both tell of, once',
    [feed('leads', 1)],
    [named('Sales', { kind: 'group', key: 'sales' }, 1)],
    [],
    ['leads leads-team contract lineage'],
  ],
  [
    'a feed that reads two of its tables, once',
    [feed('leads', 1), feed('leads', 2)],
    [named('X', null, 2)],
    [],
    ['leads leads-team contract lineage'],
  ],
  [
    'a group of which no feed is made from it, by its own name',
    [feed('leads', 1)],
    [named('Board', { kind: 'group', key: 'board' })],
    [],
    ['leads leads-team lineage', 'Board contract'],
  ],
  ['nothing that is held back, nor whom it is of', [feed('leads', 1)], [named('Sales', { kind: 'group', key: 'sales' }, 1)], ['leads'], []],
  ['nor a feed of that name which is held back further down', [], [named('Board', { kind: 'feed', key: 'board' })], ['board'], []],
])('concerned is %s', (_what, below, readers, held, told) => {
  expect(concernedReaders(below, readers, new Set(held)).map(brief)).toEqual(told)
})
