import { expect, test } from 'vitest'
import { readNestedType } from './nested-type.ts'

const object = (...fields: [string, string][]) => ({ kind: 'object', fields: fields.map(([name, typeText]) => ({ name, typeText })) })

test.each<[string, unknown]>([
  ['STRUCT<city STRING, geo STRUCT<lat FLOAT64, lon FLOAT64>>', object(['city', 'STRING'], ['geo', 'STRUCT<lat FLOAT64, lon FLOAT64>'])],
  ['struct<a:int,b:array<decimal(10,2)>>', object(['a', 'int'], ['b', 'array<decimal(10,2)>'])],
  ["struct<a: string COMMENT 'x, y', b: int>", object(['a', 'string'], ['b', 'int'])],
  ["struct<a: string NOT NULL COMMENT 'it\tcomment', b: int null>", object(['a', 'string'], ['b', 'int'])],
  ['row(a null, b notnull, c not  NULL)', object(['a', 'null'], ['b', 'notnull'], ['c', 'not'])],
  ["struct<a: comment 'x'>", object(['a', "comment 'x'"])],
  ['row(a integer, b varchar(20))', object(['a', 'integer'], ['b', 'varchar(20)'])],
  ['OBJECT(city VARCHAR(20) NOT NULL, "zip code" NUMBER(5,0))', object(['city', 'VARCHAR(20)'], ['zip code', 'NUMBER(5,0)'])],
  ['STRUCT(`a b` INTEGER, c VARCHAR[])', object(['a b', 'INTEGER'], ['c', 'VARCHAR[]'])],
  ['ARRAY<STRUCT<sku STRING>>', { kind: 'array', itemText: 'STRUCT<sku STRING>' }],
  ['ARRAY(NUMBER(38,0) NOT NULL)', { kind: 'array', itemText: 'NUMBER(38,0)' }],
  ['STRUCT(a INTEGER)[]', { kind: 'array', itemText: 'STRUCT(a INTEGER)' }],
  ['integer[][]', { kind: 'array', itemText: 'integer[]' }],
])('%s', (text, expected) => {
  expect(readNestedType(text)).toEqual(expected)
})

test.each([
  'integer',
  'ARRAY',
  'OBJECT',
  'map<string,int>',
  'struct<a int',
  'struct<a array<int)>',
  'struct<int>',
  'struct<>',
  'array<>',
  'varchar(20)',
  'structure',
  `struct<${'a'.repeat(30_000)} int>`,
])('%s tells nothing of what it holds', (text) => {
  expect(readNestedType(text)).toBeNull()
})

test('a long type is read in the time of a short one', () => {
  const begin = performance.now()
  for (const filling of [' ', ' null ', " comment '", "'", ' not ', '\t'])
    for (const end of ['null x', "x'", 'x']) readNestedType(`array<a${filling.repeat(Math.floor(19_000 / filling.length))}${end}>`)
  expect(performance.now() - begin).toBeLessThan(1000)
})
