import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { allowListProblems, compileAllowList, filterByAllowList, hasContent } from './allow-list.ts'

const name = fc.constantFrom('a', 'b', 'c')
const paths = fc.array(
  fc.array(name, { minLength: 1, maxLength: 3 }).map((steps) => `/${steps.join('/')}`),
  { minLength: 1, maxLength: 4 },
)
const { document } = fc.letrec<{ document: JsonValue }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonValue>(null, 0, '', 'x', true),
    fc.array(tie('document'), { maxLength: 3 }),
    fc.dictionary(name, tie('document'), { maxKeys: 3 }),
  ),
}))

/** Where the scalars of a document stand, as paths that do not mention arrays. */
function scalarPaths(value: JsonValue | undefined, path = ''): string[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap((element) => scalarPaths(element, path))
  if (!isJsonObject(value)) return [path]
  return Object.entries(value).flatMap(([key, member]) => scalarPaths(member, `${path}/${key}`))
}

const isAllowed = (path: string, allowed: readonly string[]) => allowed.some((grant) => path === grant || path.startsWith(`${grant}/`))

describe('what an allow-list lets through', () => {
  it('is every value below a path it names, and no other', () => {
    fc.assert(
      fc.property(paths, document, (allowed, value) => {
        const expected = scalarPaths(value).filter((path) => isAllowed(path, allowed))
        expect(scalarPaths(filterByAllowList(value, compileAllowList(allowed))).sort()).toEqual(expected.sort())
      }),
      { numRuns: 500 },
    )
  })

  it('does not depend on the order of its paths, nor on repeats', () => {
    fc.assert(
      fc.property(paths, document, (allowed, value) => {
        const filtered = filterByAllowList(value, compileAllowList(allowed))
        expect(filterByAllowList(value, compileAllowList([...allowed.toReversed(), ...allowed]))).toEqual(filtered)
      }),
    )
  })

  it('goes through it a second time unchanged', () => {
    fc.assert(
      fc.property(paths, document, (allowed, value) => {
        const tree = compileAllowList(allowed)
        const once = filterByAllowList(value, tree)
        expect(filterByAllowList(once, tree)).toEqual(once)
      }),
    )
  })

  it('has content exactly when there is a value to read', () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(hasContent(value)).toBe(scalarPaths(value).length > 0)
      }),
    )
  })

  it('leaves the document itself alone', () => {
    const data: JsonValue = { a: { b: 1, c: 2 }, d: [{ b: 1, c: 2 }] }
    const before = structuredClone(data)
    filterByAllowList(data, compileAllowList(['/a/b', '/d/c']))
    expect(data).toEqual(before)
  })
})

describe('a filter that may not be saved', () => {
  it.each([
    ['', ['/a'], ['the service name "" must be a word of letters, digits and underscores']],
    ['2nd', ['/a'], ['the service name "2nd" must be a word of letters, digits and underscores']],
    ['FULL', ['/a'], ['"full" is the name of the whole document and cannot have an allow-list']],
    ['ok', [], ['an allow-list needs at least one path']],
    ['ok', ['/a', 'b'], ['"b" is not a path such as /sections/title']],
    ['ok', ['/a/', '/a//b'], ['"/a/" is not a path such as /sections/title', '"/a//b" is not a path such as /sections/title']],
    ['ok', [''], ['"" is not a path such as /sections/title']],
  ])('"%s" with %j is told why', (service, allowed, problems) => {
    expect(allowListProblems(service, allowed)).toEqual(problems)
  })
})
