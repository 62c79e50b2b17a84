import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import { compareFields } from './compare-fields.ts'
import { fieldsOfColumns, flatFields, withNestedColumns } from './nested-fields.ts'

interface Tree {
  name: string
  /** A plain type, or what an object or the elements of a list hold. */
  holds: string | { kind: 'object' | 'list'; trees: Tree[] }
}

const plain = fc.constantFrom('int', 'string', 'decimal(10,2)', 'timestamp')
const { trees } = fc.letrec<{ trees: Tree[]; tree: Tree }>((tie) => ({
  trees: fc.uniqueArray(tie('tree'), { selector: ({ name }) => name, minLength: 1, maxLength: 4 }),
  tree: fc.record({
    name: fc.stringMatching(/^[a-z]{1,6}$/),
    holds: fc.oneof({ maxDepth: 3 }, plain, fc.record({ kind: fc.constantFrom('object' as const, 'list' as const), trees: tie('trees') })),
  }),
}))

/** How systems write a type that holds others. */
const DIALECTS = {
  Spark: { object: (inner: string[]) => `struct<${inner.join(',')}>`, list: (item: string) => `array<${item}>`, between: ':' },
  BigQuery: { object: (inner: string[]) => `STRUCT<${inner.join(', ')}>`, list: (item: string) => `ARRAY<${item}>`, between: ' ' },
  Trino: { object: (inner: string[]) => `row(${inner.join(', ')})`, list: (item: string) => `array(${item})`, between: ' ' },
  Snowflake: {
    object: (inner: string[]) => `OBJECT(${inner.join(', ')})`,
    list: (item: string) => `ARRAY(${item} NOT NULL)`,
    between: ' ',
  },
  DuckDB: { object: (inner: string[]) => `STRUCT(${inner.join(', ')})`, list: (item: string) => `${item}[]`, between: ' ' },
}

function typeText({ holds }: Tree, dialect: (typeof DIALECTS)['Spark']): string {
  if (typeof holds === 'string') return holds
  const object = dialect.object(holds.trees.map((tree) => `${tree.name}${dialect.between}${typeText(tree, dialect)}`))
  return holds.kind === 'object' ? object : dialect.list(object)
}

function pathsOf(all: readonly Tree[], above = ''): string[] {
  return all.flatMap(({ name, holds }) => {
    const path = `${above}${name}`
    return [path, ...(typeof holds === 'string' ? [] : pathsOf(holds.trees, `${path}${holds.kind === 'list' ? '[]' : ''}.`))]
  })
}

const columnsOf = (all: readonly Tree[], dialect: (typeof DIALECTS)['Spark']): KnownColumn[] =>
  all.map((tree) => ({ name: tree.name, type: typeText(tree, dialect), description: null }))

describe.each(Object.entries(DIALECTS))('types as %s writes them', (_, dialect) => {
  test('name all that they hold, by the same paths', () => {
    fc.assert(
      fc.property(trees, (given) => {
        const columns = columnsOf(given, dialect)
        expect(flatFields(fieldsOfColumns(columns)).map(({ name }) => name)).toEqual(pathsOf(given))
        expect(withNestedColumns(columns).map(({ name }) => name)).toEqual(pathsOf(given))
      }),
      { numRuns: 40 },
    )
  })

  test('mean the same as their columns told one by one, and as another system writes them', () => {
    fc.assert(
      fc.property(trees, (given) => {
        const columns = columnsOf(given, dialect)
        const kept = withNestedColumns(columns)
        expect(withNestedColumns(kept)).toEqual(kept)
        expect(compareFields(fieldsOfColumns(columns), fieldsOfColumns(kept))).toEqual([])
        expect(compareFields(fieldsOfColumns(columnsOf(given, DIALECTS.Spark)), fieldsOfColumns(kept))).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
})
