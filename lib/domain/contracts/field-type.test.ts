import { expect, test } from 'vitest'
import { readFieldType, typeChange } from './field-type.ts'

test('every system writes its types in words of its own, and they mean the same', () => {
  const families: [string, string | undefined][] = [
    ['character varying(255)', 'string'],
    ['VARCHAR', 'string'],
    ['text', 'string'],
    ['uuid', 'string'],
    ['STRING', 'string'],
    ['integer', 'integer'],
    ['INT64', 'integer'],
    ['bigint', 'integer'],
    ['numeric(10,2)', 'number'],
    ['double precision', 'number'],
    ['boolean', 'boolean'],
    ['BOOL', 'boolean'],
    ['date', 'date'],
    ['time without time zone', 'time'],
    ['timestamp with time zone', 'timestamp'],
    ['TIMESTAMP_NTZ', 'timestamp'],
    ['jsonb', 'object'],
    ['struct<a int>', 'object'],
    ['text[]', 'array'],
    ['integer[]', 'array'],
    ['geography', undefined],
    ['', undefined],
  ]
  expect(families.map(([text]) => [text, readFieldType(text)?.family])).toEqual(families)
  expect(readFieldType(null)).toBeNull()
})

test('a length is one of texts only, and a time stamp may say whether it knows its zone', () => {
  expect(readFieldType('varchar(40)')?.lengthMax).toBe(40)
  expect(readFieldType('numeric(10)')?.lengthMax).toBeNull()
  expect(['timestamp without time zone', 'timestamptz', 'timestamp', 'datetimeoffset'].map((t) => readFieldType(t)?.isZoned)).toEqual([
    false,
    true,
    null,
    true,
  ])
})

test('a type changes, narrows, widens or loses its zone', () => {
  const changes: [string, string, ReturnType<typeof typeChange>][] = [
    ['text', 'integer', 'changed'],
    ['integer', 'numeric', 'widened'],
    ['numeric', 'integer', 'narrowed'],
    ['bigint', 'integer', 'narrowed'],
    ['integer', 'bigint', 'widened'],
    ['varchar(100)', 'varchar(20)', 'narrowed'],
    ['varchar(20)', 'text', null],
    ['timestamptz', 'timestamp without time zone', 'zone'],
    ['timestamp', 'timestamptz', null],
    ['array', 'jsonb', null],
    ['jsonb', 'ARRAY<STRING>', null],
    ['jsonb', 'super', null],
    ['struct<a int>', 'array<int>', 'changed'],
    ['text', 'jsonb', 'changed'],
    ['geography', 'text', null],
    ['text', 'character varying', null],
  ]
  for (const [promised, found, expected] of changes) {
    expect([promised, found, typeChange(readFieldType(promised), readFieldType(found))]).toEqual([promised, found, expected])
  }
})
