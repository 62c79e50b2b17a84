import { describe, expect, test } from 'vitest'
import { aCatalogue, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { missingWhyInWords } from './missing-why.ts'

const none = { groups: [], feeds: [], assets: [], flows: [], connections: [] }

describe('what has no why', () => {
  test('is counted and named by kind; a kind that says it everywhere is left out', () => {
    const { groups, feeds, assets } = aCatalogue([{ ...anAsset('a'), why: 'Advisers look here first.' }, anAsset('b'), anAsset('c')])
    const told = { ...none, groups: groups.map((group) => ({ ...group, why: 'It is there.' })), feeds, assets }
    expect(missingWhyInWords(told).split('\n')).toEqual([
      'Without a why:',
      '  1 of 1 feeds:',
      '    terms',
      '  2 of 3 assets:',
      '    lake/b',
      '    lake/c',
    ])
  })

  test('is nothing where everything says it', () => {
    expect(missingWhyInWords(none)).toBe('Everything says why it exists.')
  })

  test('is named up to thirty of a kind, the rest counted', () => {
    const { assets } = aCatalogue(Array.from({ length: 33 }, (_, at) => anAsset(`t${at}`)))
    const lines = missingWhyInWords({ ...none, assets }).split('\n')
    expect([lines[1], lines.length, lines.at(-1)]).toEqual(['  33 of 33 assets:', 33, '    and 3 more'])
  })
})
