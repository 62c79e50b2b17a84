import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml'
import type { CatalogueProblem } from './catalogue.ts'
import { type DocumentPath, type LocatedNode, type Position, pathInWords, type Scalar } from './catalogue-node.ts'

/** One file of the catalogue, read but not understood. */
export interface CatalogueText {
  file: string
  text: string
}

/** One parsed file: `root` is null when it cannot be used at all or holds nothing. */
export interface ParsedText {
  root: LocatedNode | null
  problems: CatalogueProblem[]
}

const SIZE_MAX = 10_000_000
const DEPTH_MAX = 40
/** Values that may appear through `*aliases` in one file: room for reuse, none for a bomb. */
const ALIASED_MAX = 20_000
/** Keys that mean something to JavaScript itself. */
export const UNSAFE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
/** Keys whose text often holds " #", which YAML takes for the beginning of a comment. */
const HASH_KEYS: ReadonlySet<string> = new Set(['sql'])
/** Errors that leave the rest of the file readable. */
const HARMLESS: ReadonlySet<string> = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED'])

const PROBLEMS: Record<string, string> = {
  DUPLICATE_KEY: 'This key stands here twice.',
  MULTIPLE_DOCS: 'The file holds more than one document ("---").',
  TAG_RESOLVE_FAILED: 'Tags ("!…") mean nothing here.',
}

const REMEDIES: Record<string, string> = {
  DUPLICATE_KEY: 'Keep one of the two; the second would silently win.',
  TAB_AS_INDENT: 'Indent with spaces.',
  TAG_RESOLVE_FAILED: 'Leave the tag out; plain text, numbers, lists and maps are all the catalogue knows.',
  MULTIPLE_DOCS: 'Keep one document per file; put the other into a file of its own in the same folder.',
  MISSING_CHAR: 'Close what was opened: a quote or a bracket.',
  BLOCK_AS_IMPLICIT_KEY: 'Put text that holds ": " between quotes.',
  BAD_INDENT: 'Line it up with its neighbours; inside brackets, close the bracket.',
}

class Refused extends Error {
  readonly node: Node | null
  readonly remedy: string

  constructor(node: Node | null, problem: string, remedy: string) {
    super(problem)
    this.node = node
    this.remedy = remedy
  }
}

interface Walk {
  document: Document
  positionOf: (offset: number) => Position
  text: string
  problems: CatalogueProblem[]
  aliased: number
}

/** Where a node is reached from: its path, its key's offset, and whether an alias led here. */
interface Place {
  path: DocumentPath
  keyStart: number
  aliased: boolean
}

function toScalar(walk: Walk, node: Node, path: DocumentPath): Scalar {
  const value: unknown = isScalar(node) ? node.value : null
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  report(walk, node, path, 'This is not a value the catalogue can keep.', 'Put it between quotes if it is meant as text.')
  return null
}

function report(walk: Walk, node: Node | null, path: DocumentPath, problem: string, remedy: string): void {
  walk.problems.push({ ...walk.positionOf(node?.range?.[0] ?? 0), path: pathInWords(path), problem, remedy })
}

function keyOf(walk: Walk, pair: Pair, path: DocumentPath): { key: string; node: Node } | null {
  const node = pair.key
  if (!isScalar(node)) {
    report(walk, isCollection(node) || isAlias(node) ? node : null, path, 'A key must be plain text.', 'Write the name itself as the key.')
    return null
  }
  const key = typeof node.value === 'string' ? node.value : (node.source ?? '')
  if (key === '<<') {
    report(
      walk,
      node,
      path,
      'Merge keys ("<<") are not supported.',
      'Policies are inherited from group and feed: declare the shared one there.',
    )
    return null
  }
  if (key === '' || UNSAFE_KEYS.has(key)) {
    report(walk, node, path, `"${key}" cannot be used as a key.`, 'Choose another name.')
    return null
  }
  return { key, node }
}

/** What PostgreSQL would read as an operator YAML has taken for a comment, without a word. */
function reportCutText(walk: Walk, node: Node | null, path: DocumentPath): void {
  if (!isScalar(node) || node.type !== 'PLAIN' || !/^[ \t]+#/.test(walk.text.slice(node.range?.[1]))) return
  const problem = `A comment follows "${path.at(-1)}", which stands there without quotes: all from " #" on is cut off.`
  report(walk, node, path, problem, 'Put the statement between double quotes, or the comment on a line of its own.')
}

function resolveAlias(walk: Walk, node: Node | null): Node | null {
  if (!isAlias(node)) return node
  const target = node.resolve(walk.document)
  if (target === undefined) throw new Refused(node, `There is no anchor "&${node.source}" before this.`, 'Quote text that begins with "*".')
  return target
}

function locate(walk: Walk, written: Node | null, place: Place): LocatedNode {
  const node = resolveAlias(walk, written)
  const aliased = place.aliased || node !== written
  if (aliased && ++walk.aliased > ALIASED_MAX) {
    throw new Refused(written, 'Aliases repeat too much here.', 'Use aliases for single policies or lists, not for whole trees of aliases.')
  }
  if (place.path.length > DEPTH_MAX) throw new Refused(written, 'This is nested too deeply.', 'A catalogue needs no more than ten levels.')
  const start = written?.range?.[0] ?? place.keyStart
  const end = written?.range?.[1] ?? start
  const { keyStart, path } = place
  return {
    keyAt: walk.positionOf(keyStart),
    valueAt: walk.positionOf(start),
    excerpt: () => excerpt(walk.text, keyStart, end),
    value: locateValue(walk, node, path, aliased),
  }
}

function locateValue(walk: Walk, node: Node | null, path: DocumentPath, aliased: boolean): LocatedNode['value'] {
  if (isSeq<Node>(node)) {
    return node.items.map((item, i) =>
      locate(walk, item, { path: [...path, i], keyStart: item?.range?.[0] ?? node.range?.[0] ?? 0, aliased }),
    )
  }
  if (!isMap<Node, Node | null>(node)) return node === null ? null : toScalar(walk, node, path)
  const entries = new Map<string, LocatedNode>()
  for (const pair of node.items) {
    const found = keyOf(walk, pair, path)
    if (found === null || entries.has(found.key)) continue
    const keyStart = found.node.range?.[0] ?? 0
    if (HASH_KEYS.has(found.key)) reportCutText(walk, pair.value, [...path, found.key])
    entries.set(found.key, locate(walk, pair.value, { path: [...path, found.key], keyStart, aliased }))
  }
  return entries
}

/** From `start` to `end`, moved left by the indentation of the line it begins on. */
function excerpt(text: string, start: number, end: number): string {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  const indent = new RegExp(`^ {0,${/^ */.exec(line)?.[0].length ?? 0}}`)
  const lines = text.slice(start, end).split(/\r?\n/)
  return lines
    .map((written, i) => (i === 0 ? written : written.replace(indent, '')).trimEnd())
    .join('\n')
    .trimEnd()
}

function fromYamlError(error: YAMLError, positionOf: Walk['positionOf']): CatalogueProblem {
  const said = error.message.replace(/:? ".*$/s, '').replace(/\.$/, '')
  const problem = PROBLEMS[error.code] ?? `This is not valid YAML: ${said}.`
  const remedy = REMEDIES[error.code] ?? 'Look at this line and the one before it: indentation, quotes, brackets and colons.'
  return { ...positionOf(error.pos[0]), path: '', problem, remedy }
}

/** One file's YAML with the position of every value, and everything that is wrong with it as YAML. */
export function parseCatalogueText({ file, text }: CatalogueText): ParsedText {
  const start = { file, line: 1, column: 1 }
  if (text.length > SIZE_MAX) {
    return {
      root: null,
      problems: [{ ...start, path: '', problem: 'The file is larger than 10 MB.', remedy: 'Split it into several files of a folder.' }],
    }
  }
  const lines = new LineCounter()
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core', resolveKnownTags: false })
  const errors = [...document.errors, ...document.warnings]
  const problems = errors.map((error) => fromYamlError(error, positionOf))
  if (errors.some((error) => !HARMLESS.has(error.code)) || document.contents === null) return { root: null, problems }
  if (!isMap(document.contents)) {
    problems.push({
      ...start,
      path: '',
      problem: 'The file does not hold a map of names to values.',
      remedy: 'Begin with lines such as "page:" and "groups:".',
    })
    return { root: null, problems }
  }
  return walkDocument({ document, positionOf, text, problems, aliased: 0 }, document.contents)
}

function walkDocument(walk: Walk, contents: Node): ParsedText {
  try {
    return { root: locate(walk, contents, { path: [], keyStart: contents.range?.[0] ?? 0, aliased: false }), problems: walk.problems }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    report(walk, error.node, [], error.message, error.remedy)
    return { root: null, problems: walk.problems }
  }
}
