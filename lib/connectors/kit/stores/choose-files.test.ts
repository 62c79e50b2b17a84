import { describe, expect, it } from 'vitest'
import { chooseFiles, type WantedFiles } from './choose-files.ts'

const PLACE = 'ns/prices/v1/'
const chosen = (paths: readonly string[], wanted: WantedFiles = {}) => {
  const files = paths.map((path) => ({ bucket: 'b', key: `${PLACE}${path}`, version: '1', bytes: 1, modifiedAt: 0 }))
  return chooseFiles(files, PLACE, wanted).map(({ key }) => key.slice(PLACE.length))
}

describe('which files of a place are read', () => {
  it.each<[string, string[], WantedFiles, string[]]>([
    ['all, in the order of their keys', ['b.csv', 'a/2.csv', 'a/1.csv'], {}, ['a/1.csv', 'a/2.csv', 'b.csv']],
    ['no marks, and nothing that is being written', ['_SUCCESS', 'a/_SUCCESS', '_temporary/0/p', '.a.swp', 'a/p_1'], {}, ['a/p_1']],
    ['those that fit', ['a/1.csv', 'a/1.txt', '2.csv'], { match: '*/*.csv' }, ['a/1.csv']],
    [
      'the newest folder',
      ['date=2026-11-29/p', 'date=2026-11-30/p', 'date=2026-11-30/q', 'z.csv'],
      { folder: 'newest' },
      ['date=2026-11-30/p', 'date=2026-11-30/q'],
    ],
    ['no folder where there is none', ['a.csv'], { folder: 'newest' }, []],
    ['whole folders', ['d=1/p', 'd=1/_SUCCESS', 'd=2/p'], { complete: '_SUCCESS' }, ['d=1/p']],
    [
      'the newest whole folder',
      ['d=1/p', 'd=1/_SUCCESS', 'd=2/p', 'd=0/p', 'd=0/_SUCCESS'],
      { complete: '_SUCCESS', folder: 'newest' },
      ['d=1/p'],
    ],
    [
      'what lies deeper in a whole folder',
      ['d=1/eu/p', 'd=1/us/p', 'd=1/manifest.json'],
      { complete: 'manifest.json' },
      ['d=1/eu/p', 'd=1/us/p'],
    ],
    ['all where the place itself is whole', ['_SUCCESS', 'd=1/p', 'q'], { complete: '_SUCCESS' }, ['d=1/p', 'q']],
    ['nothing where only a name ends like the mark', ['d=1/p', 'd=1/not_SUCCESS'], { complete: '_SUCCESS' }, []],
  ])('%s', (_, paths, wanted, expected) => {
    expect(chosen(paths, wanted)).toEqual(expected)
    expect(chosen([...paths].reverse(), wanted)).toEqual(expected)
  })
})
