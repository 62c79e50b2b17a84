import { describe, expect, test } from 'vitest'
import { aField } from '#lib/testing/contracts/fields.ts'
import {
  announcedAfter,
  brokenAt,
  brokenInWords,
  type ContractTerms,
  driftAt,
  foundColumns,
  nextLevelsAt,
  nextTermsAt,
  sinceSeenWhole,
  type TermsVersion,
  termsAt,
} from './contract-terms.ts'
import { ShapeCounter } from './count-shape.ts'
import type { Field } from './field.ts'
import { fieldsOfColumns } from './nested-fields.ts'

const id = aField('id', 'integer')
const email = aField('email', 'text')

function aVersion(version: string, from: number | null, fields: Field[], status = 'active'): TermsVersion {
  return { id: 'customer', name: 'Customer', version, status, from, owner: null, consumers: [], description: null, fields }
}

function terms(versions: TermsVersion[], onBreak: 'stop' | 'warn' = 'stop'): ContractTerms {
  return { onBreak, versions }
}

test('of several versions the last whose date has come holds; drafts, what is retired and what is proposed without a date never do', () => {
  const versions = [
    aVersion('2.0.0', 100, [id]),
    aVersion('1.0.0', null, [id, email]),
    aVersion('3.0.0', 200, [id], 'draft'),
    aVersion('0.9.0', 50, [id], 'retired'),
    aVersion('4.0.0', null, [id], 'proposed'),
    aVersion('5.0.0', 300, [id], 'proposed'),
  ]
  expect([0, 99, 100, 250, 300].map((at) => termsAt(terms(versions), at)?.version)).toEqual(['1.0.0', '1.0.0', '2.0.0', '2.0.0', '5.0.0'])
  expect(termsAt(terms([aVersion('1.0.0', 10, [id])]), 9)).toBeNull()
})

test('a version that ends holds no more, and none before it does again; when that is counts as a change', () => {
  const levels = [{ property: 'latency', value: '6', unit: 'h', cron: null, at: 0 }]
  const ending = terms([aVersion('1.0.0', null, [id]), { ...aVersion('2.0.0', 100, [id]), until: 300 }])
  expect([99, 100, 299, 300].map((at) => termsAt(ending, at)?.version)).toEqual(['1.0.0', '2.0.0', '2.0.0', undefined])
  expect([0, 100, 300].map((at) => nextTermsAt(ending, at))).toEqual([100, 300, null])
  expect(nextLevelsAt(ending, 0), 'it promises nothing of time').toBeNull()
  const timely = { ...ending, versions: ending.versions.map((one) => ({ ...one, levels })) }
  expect([0, 100, 300].map((at) => nextLevelsAt(timely, at))).toEqual([100, 300, null])
})

test('what a coming version changes is announced with its date, against the one before it', () => {
  const versions = [
    aVersion('1.0.0', null, [id, email]),
    aVersion('2.0.0', 100, [id]),
    aVersion('2.1.0', 200, [id, aField('phone', 'text')]),
  ]
  const told = (at: number) =>
    announcedAfter(terms(versions), at).map(({ version, from, differences }) => [
      version.version,
      from,
      differences.map(({ words }) => words),
    ])
  expect(told(50)).toEqual([
    ['2.0.0', 100, ['email goes']],
    ['2.1.0', 200, ['phone comes']],
  ])
  expect(told(200)).toEqual([])
})

test('a version that never holds announces nothing, and the one after it is told against what held', () => {
  const told = (versions: TermsVersion[], at = 50) =>
    announcedAfter(terms(versions), at).map(({ version, differences }) => [version.version, differences.map(({ words }) => words)])
  const [one, three] = [aVersion('1.0.0', null, [id, email]), aVersion('3.0.0', 200, [id, email, aField('phone', 'text')])]
  const neverHolds = { ...aVersion('2.0.0', 100, [id]), until: 90 }
  expect(told([one, neverHolds, three])).toEqual([['3.0.0', ['phone comes']]])
  expect(told([one, aVersion('2.0.0', 200, [id]), three])).toEqual([['3.0.0', ['phone comes']]])
  expect(told([one, { ...neverHolds, until: 101 }])).toEqual([['2.0.0', ['email goes']]])
  // It ends the one before it all the same.
  expect([nextTermsAt(terms([one, neverHolds, three]), 95), termsAt(terms([one, neverHolds, three]), 100)]).toEqual([100, null])
})

test('a break of a contract that stops is stale, a warning late, and what came is only noted', () => {
  const stops = terms([aVersion('1.0.0', null, [id, email])])
  const warns = terms([aVersion('1.0.0', null, [id, email])], 'warn')
  const renamed = [id, aField('mail', 'text')]
  expect(brokenAt(stops, renamed, 0)).toMatchObject({
    status: 'stale',
    version: '1.0.0',
    words: 'the field "email" is gone, perhaps renamed: "mail" came',
  })
  expect(brokenAt(warns, renamed, 0)?.status).toBe('late')
  expect(brokenAt(stops, [aField('id', 'bigint'), email], 0)?.status).toBe('late')
  const more = [id, email, aField('phone', 'text')]
  expect(brokenAt(stops, more, 0)).toBeNull()
  expect(driftAt(stops, more, 0).map(({ words }) => words)).toEqual(['the field "phone" came'])
  expect(brokenAt(stops, [id, { ...email, description: 'other' }], 0)).toBeNull()
})

test('who promises it and who reads it stand with what is broken', () => {
  const named = (owner: string | null, consumers: string[]) =>
    brokenAt(terms([{ ...aVersion('1.0.0', null, [id, email]), owner, consumers }]), [id], 0)?.words
  expect(named('CRM', ['Sales', 'Risk'])).toBe('the field "email" is gone (promised by "CRM"; read by "Sales" and "Risk")')
  expect([named('CRM', []), named(null, ['Sales'])]).toEqual([
    'the field "email" is gone (promised by "CRM")',
    'the field "email" is gone (read by "Sales")',
  ])
})

test('what breaks comes before what warns, and of very many some are told', () => {
  const fields = Array.from({ length: 8 }, (_, n) => aField(`f${n}`, 'text'))
  const broken = brokenAt(terms([aVersion('1.0.0', null, [id, ...fields])]), [aField('id', 'bigint')], 0)
  expect(broken?.words).toBe(
    'the field "f0" is gone; the field "f1" is gone; the field "f2" is gone; the field "f3" is gone; the field "f4" is gone; and 4 more',
  )
})

test('where no version holds yet nothing is broken', () => {
  expect(brokenAt(terms([aVersion('1.0.0', 100, [id])]), [], 50)).toBeNull()
})

test('what a file breaks names the people, and the file beside the words, since not everybody may see it', () => {
  const counter = new ShapeCounter()
  counter.add({ id: 1, mail: 'a' }, false)
  const owner = 'CRM office'
  const promised = terms([{ ...aVersion('1.0.0', null, [id, email]), owner }])
  const drift = 'the field "email" is gone, perhaps renamed: "mail" came'
  expect(brokenAt(promised, { file: 'in/a.jsonl', source: 'drop', shape: counter.shape() }, 0)).toEqual({
    status: 'stale',
    version: '1.0.0',
    words: `${drift} (promised by "CRM office")`,
    file: 'in/a.jsonl',
    source: 'drop',
  })
})

test('the name of a file cannot disturb the words of a break', () => {
  const told = brokenInWords({ words: 'it is gone', file: `in/\u202e${'x'.repeat(1000)}` })
  expect(told).not.toContain('\u202e')
  expect(told.length).toBeLessThan(350)
  expect(brokenInWords({ words: 'it is gone', file: 'in/a' })).toBe('in the file in/a, it is gone')
  expect(brokenInWords({ words: 'it is gone', file: null })).toBe('it is gone')
})

describe('fields within others', () => {
  const city = aField('city', 'text', { isRequired: true })
  const sku = aField('sku', 'text')
  const promised = [
    id,
    aField('address', 'object', { fields: [city, aField('zip', 'text')] }),
    aField('lines', 'array', { fields: [aField('[]', 'object', { fields: [sku] })] }),
  ]
  const one = terms([{ ...aVersion('1.0.0', null, promised), owner: 'CRM', consumers: ['Sales'] }])
  const found = (...columns: [string, string][]) => fieldsOfColumns(columns.map(([name, type]) => ({ name, type, description: null })))

  test('break a contract by their paths, with whose promise that is', () => {
    const seen = found(['id', 'int'], ['address', 'struct<zip:string>'], ['lines', 'array<struct<sku:int>>'])
    expect(brokenAt(one, seen, 0)).toMatchObject({
      status: 'stale',
      words:
        'the field "address.city" is gone; the field "lines[].sku" has another type: text before, int now (promised by "CRM"; read by "Sales")',
    })
  })

  test('are noted where they come, and judged only where they are told', () => {
    const kept = found(['id', 'int'], ['address', 'struct<city:string,zip:string,geo:struct<lat:double>>'], ['lines', 'array'])
    expect(brokenAt(one, kept, 0)).toBeNull()
    expect(driftAt(one, kept, 0).map(({ words }) => words)).toEqual(['the field "address.geo" came'])
    expect(driftAt(one, found(['id', 'int'], ['address', 'jsonb'], ['lines', 'jsonb']), 0)).toEqual([])
  })

  test('are told of records by the same paths as of columns', () => {
    const counter = new ShapeCounter()
    counter.add({ id: 1, address: { zip: 'x' }, lines: [{ sku: 1 }] }, false)
    const words = brokenAt(one, { file: 'in/a.json', source: 'bucket', shape: counter.shape() }, 0)?.words
    expect(words).toContain('the field "address.city" is gone; the field "lines[].sku" has another type: text before, integer now')
  })

  test('of a coming version are announced by their paths', () => {
    const next = [id, aField('address', 'object', { fields: [aField('town', 'text'), aField('zip', 'text')] }), ...promised.slice(2)]
    const both = terms([aVersion('1.0.0', null, promised), aVersion('2.0.0', 100, next)])
    expect(announcedAfter(both, 0).flatMap(({ differences }) => differences.map(({ words }) => words))).toEqual([
      'address.city goes (perhaps renamed address.town)',
    ])
  })
})

test('of what is known only in part nothing is gone or renamed, and what is known is held to its type', () => {
  const zip = aField('zip', 'text')
  const address = aField('address', 'object', { fields: [aField('city', 'text'), zip] })
  const stops = terms([aVersion('1.0.0', null, [id, email, address])])
  const of = (columns: Parameters<typeof foundColumns>[0], areInPart: boolean) =>
    brokenAt(stops, foundColumns(columns, areInPart), 0)?.words ?? null
  const column = (name: string, type: string | null) => ({ name, type, description: null })
  const documented = [column('ID', 'integer'), column('mail', null), column('address', 'object'), column('address.zip', 'text')]
  expect(of(documented, true)).toBeNull()
  expect(of(documented, false)).toBe('the field "email" is gone, perhaps renamed: "mail" came; the field "address.city" is gone')
  expect(of([column('id', 'text')], true)).toBe('the field "id" has another type: integer before, text now')
  expect(of([], true)).toBeNull()
  expect(driftAt(stops, foundColumns(documented, true), 0).map(({ words }) => words)).toEqual(['the field "mail" came'])
  // A part neither brings back what was gone when all were seen, nor takes anything away; what it tells of types counts.
  const whole = [column('id', 'integer'), column('address', 'object'), column('address.city', 'text')]
  const since = sinceSeenWhole(whole, [column('ID', 'bigint'), column('email', 'text'), column('address', '')])
  expect(since.map(({ name, type }) => `${name} ${type}`)).toEqual(['id bigint', 'address object', 'address.city text'])
  expect(sinceSeenWhole(whole, [])).toEqual(whole)
})
