// What the architecture tests look at: the project's own files, read once, and the facts of their syntax.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'

// Asked for every node there is: each look into the compiler's module costs more than the answer.
const { forEachChild, isFunctionLike, isNewExpression, isPropertyAccessExpression } = ts

export const FOLDERS = ['lib', 'app', 'jobs', 'demo', 'e2e', 'sql', '.config']
const SOURCES = /\.(ts|tsx|mjs|sql)$/
const SKIPPED = ['node_modules', 'generated', 'test-results', 'playwright-report', '.tidemark']

export interface SourceFile {
  path: string
  text: string
  lines: number
}

export interface Found {
  path: string
  line: number
  what: string
}

export interface Syntax {
  /** Every function with its length in lines; the callbacks that only hold a group of tests are not functions. */
  functions: (Found & { lines: number })[]
  /** Reads of the machine's clock. */
  clockReads: Found[]
  /** Reads of process.env. */
  environmentReads: Found[]
}

function read(path: string): SourceFile {
  const text = readFileSync(path, 'utf8')
  return { path, text, lines: text.replace(/\n$/, '').split('\n').length }
}

/** The few source files that have to stand at the root. */
export function rootFiles(): SourceFile[] {
  const names = readdirSync('.').filter((name) => SOURCES.test(name) && name !== 'next-env.d.ts')
  return names.sort().map(read)
}

/** All source files of a folder, in the order of their names; an absent folder has none. */
export function sourceFiles(folder: string): SourceFile[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name))
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (SKIPPED.includes(entry.name)) return []
    if (entry.isDirectory()) return sourceFiles(path)
    return SOURCES.test(entry.name) ? [read(path)] : []
  })
}

export const isTest = (path: string): boolean => /\.(test|spec)\.tsx?$/.test(path)

function nameOf(node: ts.Node, source: ts.SourceFile): string {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.name?.getText(source) ?? 'default'
  const parent = node.parent
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText(source)
  if (ts.isCallExpression(parent)) return `callback of ${parent.expression.getText(source).slice(0, 40)}`
  return 'function'
}

function isTestGroup(node: ts.Node, source: ts.SourceFile): boolean {
  return ts.isCallExpression(node.parent) && /^(describe|test\.describe)\b/.test(node.parent.expression.getText(source))
}

function isEnvironment(node: ts.Node, source: ts.SourceFile): boolean {
  return isPropertyAccessExpression(node) && node.name.text === 'env' && node.getText(source) === 'process.env'
}

function isClockRead(node: ts.Node, source: ts.SourceFile): boolean {
  if (isNewExpression(node)) return node.expression.getText(source) === 'Date' && (node.arguments?.length ?? 0) === 0
  return isPropertyAccessExpression(node) && node.name.text === 'now' && ['Date.now', 'performance.now'].includes(node.getText(source))
}

const CLOCK_OR_ENVIRONMENT = /\bnew\s(?:\s|\/\*[\s\S]*?\*\/)*Date\b(?!\s*\(\s*[^)\s/])|\b(Date|performance)\.now\b|\bprocess\.env\b/

/** False for a text in which none of the facts can be: no function of more than so many lines, no clock, no environment. */
export function mayHoldFacts({ text, lines }: SourceFile, functionLines: number): boolean {
  return CLOCK_OR_ENVIRONMENT.test(text) || (lines > functionLines && hasLongBlock(text, functionLines))
}

/** Whether something that is no group of tests takes more than so many lines: in formatted text it ends where a line is indented no further than its first. */
function hasLongBlock(text: string, functionLines: number): boolean {
  const lines = outsideTemplates(text)
  const isLong = (from: number, to: number, indent: number): boolean => {
    let begin = from
    for (let at = from; at < to; at += 1) {
      const line = lines[at] ?? ''
      if (line.trim() === '' || line.search(/\S/) > indent) continue
      if (at - begin + 1 > functionLines && !(isGroup(lines[begin]) && !isLong(begin + 1, at, indent + 2))) return true
      begin = at
    }
    return to - begin > functionLines
  }
  return isLong(0, lines.length, 0)
}

const isGroup = (line = '') => /^\s*(describe|test\.describe)\b/.test(line)

/** The lines of a text, empty where a template goes on from the line before: there nothing is indented as code is. */
function outsideTemplates(text: string): string[] {
  let isInside = false
  return text.split('\n').map((line) => {
    const wasInside = isInside
    if (line.split('`').length % 2 === 0) isInside = !isInside
    return wasInside ? '' : line
  })
}

/** A text up to the last of its imports, whole where one may stand anywhere: to parse the rest takes most of the time of who looks for imports. */
export function importsOf(text: string): string {
  if (/\b(import|require)\s*\(|<reference\b/.test(text)) return text
  const last = [...text.matchAll(/(?:\bfrom|^import)\s*(['"])[^'"\n]+\1/gm)].at(-1)
  return last === undefined ? '' : `${text.slice(0, last.index + last[0].length)}\n`
}

/** Makes these files and folders of the project again in another place, where each file only imports. */
export function copyImports(paths: string[], to: string): void {
  copyFileSync('package.json', join(to, 'package.json'))
  symlinkSync(resolve('node_modules'), join(to, 'node_modules'))
  const within = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  for (const path of paths.flatMap((one) => (statSync(one).isDirectory() ? within(one) : [one]))) {
    if (statSync(path).isDirectory()) continue
    mkdirSync(join(to, dirname(path)), { recursive: true })
    writeFileSync(join(to, path), SOURCES.test(path) ? importsOf(readFileSync(path, 'utf8')) : '')
  }
}

/** Walks the syntax of one TypeScript file. */
export function syntaxOf(file: SourceFile): Syntax {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true)
  const found: Syntax = { functions: [], clockReads: [], environmentReads: [] }
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1
  const visit = (node: ts.Node): void => {
    const at = (what: string): Found => ({ path: file.path, line: lineOf(node.getStart(source)), what })
    if (isFunctionLike(node) && 'body' in node && node.body && !isTestGroup(node, source)) {
      const begin = at(nameOf(node, source))
      found.functions.push({ ...begin, lines: lineOf(node.getEnd()) - begin.line + 1 })
    }
    if (isClockRead(node, source)) found.clockReads.push(at(node.getText(source)))
    if (isEnvironment(node, source)) found.environmentReads.push(at('process.env'))
    forEachChild(node, visit)
  }
  visit(source)
  return found
}
