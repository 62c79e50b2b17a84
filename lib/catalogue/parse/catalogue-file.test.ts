import { describe, expect, it } from 'vitest'
import { parseCatalogueText } from './catalogue-file.ts'
import { parseCatalogue } from './merge-files.ts'
import { childOf, nodeAt, pathInWords, positionAt, toPlain } from './node.ts'

const parse = (text: string) => parseCatalogueText({ file: 'a.yaml', text })
const said = (text: string) => parse(text).problems.map((p) => `${p.line}:${p.column} ${p.path} | ${p.problem} | ${p.remedy}`)

describe('what is not a catalogue', () => {
  it.each([
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', '3:1  | This key stands here twice. | Keep one of the two; the second would silently win.'],
    ['a tab', 'a:\n\tb: 1\n', '2:1  | This is not valid YAML: Tabs are not allowed as indentation. | Indent with spaces.'],
    [
      'an open bracket',
      'a: [1, 2\nb: 3\n',
      '2:1  | This is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]. | Line it up with its neighbours; inside brackets, close the bracket.',
    ],
    [
      'two documents',
      'a: 1\n---\nb: 1\n',
      '2:1  | The file holds more than one document ("---"). | Keep one document per file; put the other into a file of its own in the same folder.',
    ],
    [
      'a tag',
      'a: !!binary aGk=\n',
      '1:4  | Tags ("!…") mean nothing here. | Leave the tag out; plain text, numbers, lists and maps are all the catalogue knows.',
    ],
    ['a list', '- a\n', '1:1  | The file does not hold a map of names to values. | Begin with lines such as "page:" and "groups:".'],
    ['plain text', 'hello\n', '1:1  | The file does not hold a map of names to values. | Begin with lines such as "page:" and "groups:".'],
    ['an unsafe key', 'a:\n  __proto__: { x: 1 }\n', '2:3 a | "__proto__" cannot be used as a key. | Choose another name.'],
    ['a key that is a list', '? [1, 2]\n: 3\n', '1:3  | A key must be plain text. | Write the name itself as the key.'],
    [
      'a merge key',
      'a: &a { x: 1 }\nb: { <<: *a }\n',
      '2:6 b | Merge keys ("<<") are not supported. | Policies are inherited from group and feed: declare the shared one there.',
    ],
    ['an alias without an anchor', 'a: *b\n', '1:4  | There is no anchor "&b" before this. | Quote text that begins with "*".'],
    [
      'a number JSON does not know',
      'a: .inf\n',
      '1:4 a | This is not a value the catalogue can keep. | Put it between quotes if it is meant as text.',
    ],
    [
      'a statement that YAML cuts off',
      "a:\n  sql: select tags #>> '{a}' from x\n",
      '2:8 a.sql | A comment follows "sql", which stands there without quotes: all from " #" on is cut off. | Put the statement between double quotes, or the comment on a line of its own.',
    ],
  ])('%s', (_name, text, expected) => {
    expect(said(text)).toEqual([expected])
  })

  it.each([
    `sql: "select tags #>> '{a}' from x" # all of it`,
    `sql: >-\n  select tags #>> '{a}'\n  from x\n`,
    'sql: select 1\n# a remark\nb: 1',
    'sql: select a#1 from x',
    'sql: # below\n  select 1',
    '{ sql: select 1, b: 2 } # both',
  ])('%j has a whole statement', (text) => {
    expect(said(text)).toEqual([])
  })

  it.each(['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'])('%s as a key: every object of JavaScript has one', (key) => {
    expect(said(`a:\n  ${key}: x\n`)).toEqual([`2:3 a | "${key}" cannot be used as a key. | Choose another name.`])
  })

  it('an anchor bomb is refused before it goes off', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `k${i + 1}: &k${i + 1} [${Array(10).fill(`*k${i}`).join(', ')}]`)
    expect(said(`k0: &k0 [x, x, x, x]\n${levels.join('\n')}\n`)).toEqual([expect.stringContaining('Aliases repeat too much here.')])
  })

  it('an alias inside its own anchor is refused', () => {
    expect(parse('a: &a [*a]\n').root).toBeNull()
    expect(said('a: &a { b: *a }\n')).toEqual([expect.stringMatching(/nested too deeply/)])
  })

  it('nesting without end is refused', () => {
    expect(said(`a: ${'['.repeat(20_000)}`)).toEqual([expect.stringMatching(/^1:\d+ {2}\| This is nested too deeply\./)])
    expect(said(`a: ${'{ a: '.repeat(3000)}1${' }'.repeat(3000)}`)).toEqual([expect.stringContaining('This is nested too deeply.')])
    expect(said(`a: ${'['.repeat(60)}${']'.repeat(60)}`)).toEqual([expect.stringMatching(/nested too deeply/)])
  })

  it('an empty catalogue says how to get one', () => {
    expect(parseCatalogue([{ file: 'tidemark.yaml', text: '# nothing\n' }]).problems).toEqual([
      {
        file: 'tidemark.yaml',
        line: 1,
        column: 1,
        path: '',
        problem: 'The catalogue is empty.',
        remedy: expect.stringContaining('tidemark discover'),
      },
    ])
  })
})

describe('a parsed file', () => {
  const text = `# first
page:
  readyBy: 08:00   # text, not sixty-based
  day: 2026-11-26
  on: yes
shared: &policy { kind: none }
groups:
  a: { feeds: { x: {
        owner: me } } }
  b:
    feeds:
      y: # why
        policy: *policy
        # inside
        assets:
          lake/t.u:

  c: 1
`
  const { root, problems } = parse(text)
  if (root === null) throw new Error(JSON.stringify(problems))

  it('reads YAML 1.2 plainly, and aliases as what they stand for', () => {
    expect(toPlain(root)).toEqual({
      page: { readyBy: '08:00', day: '2026-11-26', on: 'yes' },
      shared: { kind: 'none' },
      groups: {
        a: { feeds: { x: { owner: 'me' } } },
        b: { feeds: { y: { policy: { kind: 'none' }, assets: { 'lake/t.u': null } } } },
        c: 1,
      },
    })
  })

  it.each([
    [['page', 'readyBy'], 3, 12],
    [['page', 'missing', 'deeper'], 2, 1],
    [['groups', 'a', 'feeds', 'x', 'owner'], 9, 16],
    [['groups', 'b', 'feeds', 'y'], 12, 7],
    [['groups', 'b', 'feeds', 'y', 'policy'], 13, 9],
    [[], 2, 1],
  ])('knows where %j stands', (path, line, column) => {
    expect(positionAt(root, path)).toEqual({ file: 'a.yaml', line, column })
  })

  it('gives a part back as written, at the margin', () => {
    expect(nodeAt(root, ['groups', 'b', 'feeds', 'y'])?.excerpt()).toBe('y: # why\n  policy: *policy\n  # inside\n  assets:\n    lake/t.u:')
    expect(nodeAt(root, ['groups', 'a', 'feeds', 'x'])?.excerpt()).toBe('x: {\n      owner: me }')
    expect(childOf(root, 'nothing')).toBeUndefined()
  })

  it('reads text that begins with a byte order mark or ends lines the Windows way', () => {
    const windows = parse('\uFEFFa: 1\r\nb:\r\n  c: x\r\n')
    expect(windows.root && toPlain(windows.root)).toEqual({ a: 1, b: { c: 'x' } })
  })
})

describe('a path in words', () => {
  it('quotes what would be ambiguous', () => {
    expect(pathInWords(['groups', 'a', 'assets', 'lake/t', 'from', 0])).toBe('groups.a.assets.lake/t.from[0]')
    expect(pathInWords(['groups', 'a', 'assets', 'lake/s.t', 'from'])).toBe('groups.a.assets["lake/s.t"].from')
    expect(pathInWords([])).toBe('')
  })
})

describe('text that YAML takes for something else', () => {
  it.each([
    ['schedule: */5 * * * *', 'Put the value between quotes: "*/5 * * * *"'],
    ['schedule: * * * * *', 'Put the value between quotes: "* * * * *"'],
    ['policy: { cron: */5 * * * *, grace: 1h }', 'Put the value between quotes: "*/5 * * * *"'],
    ['cron: */5 * * * * # every five minutes', 'Put the value between quotes: "*/5 * * * *"'],
    ['crons:\n  - */5 * * * *', 'Put the value between quotes: "*/5 * * * *"'],
    ['name: @home', 'Put the value between quotes; without them YAML gives "@"'],
    ['name: %5 off', 'Put the value between quotes'],
    ['name: `x`', 'Put the value between quotes'],
    ['name: [Draft] Rooms', 'Put the value between quotes'],
    ['name: - Rooms', 'Put the value between quotes'],
    ['name: *star', 'Quote text that begins with "*".'],
    ["name: 'it's'", 'Put the whole value between double quotes'],
    ['name: "Rooms" and halls', 'Put the whole value between double quotes'],
    ['name: &Rooms and halls', 'Put the value between quotes, or take the name out.'],
    ['name: &R&D', 'Put the value between quotes, or take the name out.'],
    ['a: 1\nname:\u00a0Rooms\nb: 1', 'Type the blanks of this line anew'],
    ['name: Room #1', 'Put the value between double quotes'],
    ['a: { name: Room #1, owner: x }\nb: 1', 'Text that holds " #" stands between quotes.'],
  ])('is said once, with the remedy: %s', (text, remedy) => {
    const { problems } = parse(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.remedy).toContain(remedy)
  })

  it.each(['name: Rooms # all of them', 'name: "Room #1"', 'grace: 1h #was 2h', 'name: Room#1', 'name: >-\n  Room #1'])(
    'is no problem where it is a comment or quoted: %s',
    (text) => {
      expect(said(text)).toEqual([])
    },
  )
})

describe('a map of many', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `  k${i}: { a: 1 }\n`).join('')

  it('finds the key that stands there twice, wherever it is', () => {
    expect(said(`m:\n${many(3000)}  k1: { a: 2 }\n`)).toEqual([expect.stringMatching(/^3002:3 {2}\| This key stands here twice\./)])
  })

  it('takes time with its length, not with its square', () => {
    const cpuMs = (text: string) => {
      const before = process.cpuUsage()
      parse(text)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    }
    cpuMs(`m:\n${many(2000)}`)
    const [few, most] = [cpuMs(`m:\n${many(2000)}`), cpuMs(`m:\n${many(16_000)}`)]
    expect(most / few).toBeLessThan(24)
  })
})

describe('characters that nobody sees', () => {
  it.each([
    ['name: "a\\e[31mb"', '1:7'],
    ['name: "\\x9b2J"', '1:7'],
    ['name: "a\\u202eb"', '1:7'],
    ['"a\\u2066": 1', '1:1'],
    ['owner: a\u202eb', '1:8'],
    ['list:\n  - "\\b"', '2:5'],
  ])('are a problem where they stand: %j', (text, place) => {
    expect(said(text)).toEqual([expect.stringMatching(new RegExp(`^${place} .*nobody sees`))])
  })

  it.each(['description: |\n  two\n  lines\n', 'sql: "a\\tb"', 'delimiter: "\\x1f"', 'name: "סטודנטים\\u200f"', 'name: 👩‍🔬'])(
    'are none of %j',
    (text) => expect(said(text)).toEqual([]),
  )
})

describe('characters that cannot be stored', () => {
  it.each([
    ['name: "a\\0b"', '1:7'],
    ['name: "a\\ud800b"', '1:7'],
    ['"a\\u0000": 1', '1:1'],
    ['list:\n  - "\\udfff"', '2:5'],
    ['a: 1\nname: x\0y', '2:8'],
    ['a: 1 # \0', '1:8'],
  ])('are a problem where they stand: %j', (text, place) => {
    expect(said(text)).toEqual([expect.stringMatching(new RegExp(`^${place} .*no database keeps`))])
  })

  it('pairs of surrogates are a character like any other', () => {
    expect(said('name: "\\ud83d\\ude00 😀"')).toEqual([])
  })
})
