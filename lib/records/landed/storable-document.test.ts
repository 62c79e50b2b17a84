import { describe, expect, it } from 'vitest'
import { ShapeCounter } from '#lib/domain/contracts/count-shape.ts'
import { storableDocument, storableValue } from './storable-document.ts'

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

describe('a document is kept', () => {
  it.each([
    '{"a":1}',
    '{"id":12345678901234567890,"price":0.10000000000000000000000000001,"large":1e400}',
    '{"a":1,"a":2}',
    ' {"a" : 1.50} ',
    '"\\ud83c\\udf93"',
    '{"__proto__":{"a":1}}',
    '{"a":"\\u0041 Zoë 🎓"}',
    'null',
    '7',
    deep(200),
  ])('as it was written: %s', (text) => {
    const stored = storableDocument(text)
    // What had to be looked at closely is written anew, and is the same.
    expect('document' in stored && JSON.parse(stored.document)).toEqual(JSON.parse(text))
    if (!/\\u(0000|d)/.test(text)) expect(stored).toEqual({ document: text })
  })

  it('with U+FFFD in place of what PostgreSQL does not take', () => {
    expect(storableDocument('{"a":"x\\u0000y","b\\u0000":["\\ud800"],"id":12345678901234567890}')).toEqual({
      document: '{"a":"x\ufffdy","b\ufffd":["\ufffd"],"id":12345678901234567890}',
    })
    expect(storableValue({ a: 'x\0y', b: '1' })).toEqual({ document: '{"a":"x\ufffdy","b":"1"}' })
  })
})

it.each([
  ['whole numbers of the length of an id', '{"id":76561198000000001}', '{"id":76561198000000002}'],
  ['in a list', '[-9007199254740993]', '[-9007199254740992]'],
  ['what had to be looked at closely', '{"id":76561198000000001,"a":"\\u0000"}', '{"id":76561198000000002}'],
])('of two documents that differ whoever counts is told two values: %s', (_, ...texts) => {
  const counter = new ShapeCounter()
  for (const text of texts) storableDocument(text, (value) => counter.add({ value }, false))
  const [seen] = counter.shape().fields
  const counted = texts[0]?.startsWith('[') ? seen?.fields[0] : seen?.fields.find(({ name }) => name === 'id')
  expect(counted).toMatchObject({ isUnique: true, values: texts.map((text) => /-?\d+/.exec(text)?.[0]) })
})

it.each([
  ['{"a":', 'is not JSON'],
  ["{'a':1}", 'is not JSON'],
  ['{"a":"\u0000"}', 'is not JSON'],
  ['NaN', 'is not JSON'],
  [deep(201), 'is nested deeper than 200 levels'],
  [`{"a":${deep(100_000)}}`, 'is nested deeper than 200 levels'],
  ['{"a":1e1000000}', 'holds a number that is too large to be kept'],
  ['[1e-20000]', 'holds a number that is too large to be kept'],
  [`[${'9'.repeat(20_000)}]`, 'holds a number that is too large to be kept'],
])('%.40s is put aside with its reason', (text, reason) => {
  expect(storableDocument(text)).toEqual({ reason })
})
