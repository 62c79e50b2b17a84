import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import { type TermsVersion, termsAt } from './contract-terms.ts'
import { comingAfter, comingInWords, versionsInForce } from './versions-in-force.ts'

const [id, phone, country] = [aField('id', 'integer'), aField('phone', 'text'), aField('country', 'text')]
const version = (name: string, from: number | null, more: Partial<TermsVersion> = {}): TermsVersion => {
  return { id: 'c', name: 'C', version: name, status: 'active', from, owner: null, consumers: [], description: null, fields: [id], ...more }
}
const held = (versions: TermsVersion[]) => versionsInForce({ versions }).map((one) => [one.version.version, one.from, one.until, one.next])
const told = (versions: TermsVersion[], at: number) =>
  comingAfter({ versions }, at).map((one) => [one.kind, one.version, one.at, comingInWords(one)])

describe('when a version holds', () => {
  it.each<[string, TermsVersion[], unknown[]]>([
    ['until further notice where nobody says more', [version('1', null)], [['1', null, null, null]]],
    [
      'until the next one begins',
      [version('2', 100), version('1', null)],
      [
        ['1', null, 100, '2'],
        ['2', 100, null, null],
      ],
    ],
    [
      'until its own end, and then none does',
      [version('1', null, { until: 50 }), version('2', 100)],
      [
        ['1', null, 50, null],
        ['2', 100, null, null],
      ],
    ],
    [
      'until the next one begins, although its own end is later',
      [version('1', 10, { until: 500 }), version('2', 100)],
      [
        ['1', 10, 100, '2'],
        ['2', 100, null, null],
      ],
    ],
    ['never where another begins with it', [version('1', 10), version('2', 10)], [['2', 10, null, null]]],
    ['never where it ends before it begins', [version('1', 10, { until: 5 })], []],
    [
      'until one begins that has ended by then, and then none does',
      [version('1', null), version('2', 100, { until: 90 })],
      [['1', null, 100, null]],
    ],
    ['never as a draft', [version('1', 10, { status: 'draft' })], []],
  ])('%s', (_, versions, expected) => expect(held(versions)).toEqual(expected))

  it('is when it is the one that holds, at each instant', () => {
    const instants = fc.integer({ min: 0, max: 8 })
    const any = fc.array(fc.record({ from: fc.option(instants), until: fc.option(instants) }), { maxLength: 5 })
    fc.assert(
      fc.property(any, instants, (dates, at) => {
        const versions = dates.map(({ from, until }, n) => version(String(n), from, until === null ? {} : { until }))
        const inForce = versionsInForce({ versions }).filter((one) => (one.from ?? -1) <= at && at < (one.until ?? 9))
        expect(inForce.map((one) => one.version.version)).toEqual([termsAt({ versions }, at)?.version ?? []].flat())
      }),
    )
  })
})

describe('what comes', () => {
  const one = version('1.2.0', null, { fields: [id, phone, country] })
  const two = version('2.0.0', 100, { fields: [id, aField('country_code', 'text')] })

  it('is told with its day, what goes, and which version ends then', () => {
    expect(told([one, two], 50)).toEqual([
      ['begins', '2.0.0', 100, 'phone goes, country goes (perhaps renamed country_code); 1.2.0 ends then'],
    ])
    expect(told([one, two], 100)).toEqual([])
    expect(comingAfter({ versions: [one, two] }, 50)).toMatchObject([{ isBreaking: true, ends: '1.2.0' }])
  })

  it('is the end of a version that none follows, and nothing where one does', () => {
    expect(told([version('1', null, { until: 80 }), version('2', 100)], 0)).toEqual([
      ['ends', '1', 80, 'and no version takes its place'],
      ['begins', '2', 100, 'it begins to hold'],
    ])
    expect(told([version('1', null), version('2', 100, { until: 90 })], 0)).toEqual([['ends', '1', 100, 'and no version takes its place']])
    expect(told([version('1', null, { until: 100 }), version('2', 100)], 0)).toEqual([
      ['begins', '2', 100, 'nothing changes in its fields; 1 ends then'],
    ])
  })

  it('is cut where it is much, and is no break where fields only come', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => aField(name, 'text'))
    const wider = [version('1', null), version('2', 100, { fields: [id, ...many] })]
    expect(told(wider, 0)).toEqual([['begins', '2', 100, 'a comes, b comes, c comes, and 2 more; 1 ends then']])
    expect(comingAfter({ versions: wider }, 0)).toMatchObject([{ isBreaking: false }])
  })
})
