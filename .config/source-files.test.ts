import { describe, expect, it } from 'vitest'
import { importsOf, mayHoldFacts } from './source-files.ts'

const sourceOf = (text: string) => ({ path: 'lib/one.ts', text, lines: text.split('\n').length })
const statements = (count: number, indent = '  ') => Array.from({ length: count }, (_, n) => `${indent}const n${n} = ${n}\n`).join('')
const withFunction = (lines: number, indent = '') => `${indent}function one() {\n${statements(lines - 2, `${indent}  `)}${indent}}\n`

describe('what is looked at more closely', () => {
  it.each([
    ['a function that is too long', withFunction(61)],
    ['one below others', `${withFunction(30)}\n${withFunction(61)}`],
    ['one in a class', `class One {\n${withFunction(61, '  ')}}\n`],
    ['one in a group of tests', `describe('one', () => {\n${withFunction(20, '  ')}${withFunction(61, '  ')}})\n`],
    [
      'one in a group within a group',
      `describe('one', () => {\n  test.describe('two', () => {\n${withFunction(61, '    ')}  })\n${withFunction(9, '  ')}})\n`,
    ],
    [
      'one with a text that is not indented',
      `function one() {\n${statements(30)}  const sql = \`\nselect 1\n}\n\`\n${statements(30, '  ')}}\n`,
    ],
    ['one to the end of the file', withFunction(61).trimEnd()],
    ['the clock', 'const now = new Date()\n'],
    ['the clock without brackets', 'const now = new Date\n'],
    ['the clock behind a comment', 'const now = new /* here */ Date( )\n'],
    ['the clock as a number', 'const now = Date.now()\n'],
    ['the environment', 'const home = process.env.HOME\n'],
  ])('is %s', (_what, text) => {
    expect(mayHoldFacts(sourceOf(text), 60)).toBe(true)
  })

  it.each([
    ['functions that are short enough', withFunction(60).repeat(4)],
    ['a group of tests that are', `describe('one', () => {\n${withFunction(60, '  ').repeat(4)}})\n`],
    ['an instant that is named', 'const then = new Date(0)\nconst other = new Map<string, Date>()\n'],
  ])('is not %s', (_what, text) => {
    expect(mayHoldFacts(sourceOf(text), 60)).toBe(false)
  })
})

describe('what a text imports', () => {
  const imports = `import { one } from './one.ts'\nimport type {\n  Two,\n} from './two.ts'\nimport './three.ts'\n`
  it.each([
    ['a text with a body', `${imports}\nexport const sum = one + 1\n`, imports],
    [
      'what is passed on below it',
      `const sum = 1\nexport * from './one.ts'\nconst more = 1\n`,
      `const sum = 1\nexport * from './one.ts'\n`,
    ],
    ['nothing', 'export const sum = 1\n', ''],
    ['one within a function', `${imports}const load = () => import('./four.ts')\n`, `${imports}const load = () => import('./four.ts')\n`],
    ['a type by its file', `${imports}let four: import('./four.ts').Four\n`, `${imports}let four: import('./four.ts').Four\n`],
    ['a reference', `/// <reference path="./four.ts" />\nlet four\n`, `/// <reference path="./four.ts" />\nlet four\n`],
  ])('is kept of %s', (_what, text, kept) => {
    expect(importsOf(text)).toBe(kept)
  })
})
