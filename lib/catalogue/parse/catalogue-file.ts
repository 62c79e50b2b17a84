import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { isShownText } from '#lib/domain/values/shown-text.ts'
import { isStorableText } from '#lib/domain/values/storable-text.ts'
import { type DocumentPath, type LocatedNode, leafOf, type Position, pathInWords, type Scalar } from './node.ts'
import { firstPerLine, SAID, yamlErrorInWords } from './yaml-errors.ts'

/** One file of the catalogue, read but not understood. */
export interface CatalogueText {
  file: string
  text: string
  /** Of a contract at an address that took the place of another version there: when that was seen. */
  firstSeenAt?: Instant
}

/** One parsed file: `root` is null when it cannot be used at all or holds nothing. */
export interface ParsedText {
  root: LocatedNode | null
  problems: CatalogueProblem[]
}

/** All files of a catalogue together: more would keep the worker busy for longer than its statuses can wait. */
export const CATALOGUE_BYTES_MAX = 3_000_000
const DEPTH_MAX = 40
/** Values that may appear through `*aliases` in one file: room for reuse, none for a bomb. */
const ALIASED_MAX = 20_000
/** Keys that mean something to JavaScript itself: `constructor`, `__proto__`, `toString`, … */
export const UNSAFE_KEYS: ReadonlySet<string> = new Set(['prototype', ...Object.getOwnPropertyNames(Object.prototype)])
const CUT_WORDS = /^[ \t]+#[^\s#]/
/** The one setting that may be a control character: what stands between the values of a file. */
const DELIMITER = 'delimiter'
/** What follows the value of such a key and YAML takes for a comment: in a statement any "#", in words one before a letter or number. */
const CUT_OFF: Record<string, RegExp> = { sql: /^[ \t]+#/, name: CUT_WORDS, feedName: CUT_WORDS, description: CUT_WORDS, owner: CUT_WORDS }
const HARMLESS: ReadonlySet<string> = new Set(['TAG_RESOLVE_FAILED'])

/** Thrown once it is reported why nothing of the file can be used. */
class Refused extends Error {}

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

interface Said {
  problem: string
  remedy: string
}

function report(walk: Walk, node: unknown, path: DocumentPath, { problem, remedy }: Said): void {
  const start = isNode(node) ? node.range?.[0] : undefined
  walk.problems.push({ ...walk.positionOf(start ?? 0), path: pathInWords(path), problem, remedy })
}

function refuse(walk: Walk, node: Node | null, said: Said): never {
  report(walk, node, [], said)
  throw new Refused(said.problem)
}

function requireShown(walk: Walk, node: Node, path: DocumentPath, text: string): void {
  if (!isStorableText(text)) report(walk, node, path, SAID.unstorable)
  else if (leafOf(path) !== DELIMITER && !isShownText(text)) report(walk, node, path, SAID.unshown)
}

function toScalar(walk: Walk, node: Node, path: DocumentPath): Scalar {
  const value: unknown = isScalar(node) ? node.value : null
  if (typeof value === 'string') requireShown(walk, node, path, value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  report(walk, node, path, SAID.noValue)
  return null
}

/** The key of an entry as text; null, and a problem, when it cannot be one. */
function keyOf(walk: Walk, node: unknown, path: DocumentPath): string | null {
  const key = isScalar(node) ? (typeof node.value === 'string' ? node.value : (node.source ?? '')) : null
  if (!isScalar(node) || key === null) report(walk, node, path, SAID.noKey)
  else if (key === '<<') report(walk, node, path, SAID.merging)
  else if (key === '' || UNSAFE_KEYS.has(key))
    report(walk, node, path, { problem: `"${key}" cannot be used as a key.`, remedy: 'Choose another name.' })
  else {
    requireShown(walk, node, path, key)
    return key
  }
  return null
}

function restOfLine(text: string, offset = 0): string {
  return text.slice(offset, offset + 80)
}

/** What somebody meant as text YAML has taken for a comment, without a word. */
function reportCutText(walk: Walk, node: Node | null, path: DocumentPath): void {
  const cutOff = CUT_OFF[path.at(-1) ?? '']
  if (!isScalar(node) || node.type !== 'PLAIN' || !cutOff?.test(restOfLine(walk.text, node.range?.[1]))) return
  const problem = `A comment follows "${path.at(-1)}", which stands there without quotes: all from " #" on is cut off.`
  const what = path.at(-1) === 'sql' ? 'statement' : 'value'
  report(walk, node, path, { problem, remedy: `Put the ${what} between double quotes, or the comment on a line of its own.` })
}

/** `name: &Rooms and halls` is a value "and halls" that is called Rooms. */
function reportUnusedAnchor(walk: Walk, node: Node | null, path: DocumentPath): void {
  if (!isScalar(node) || node.anchor === undefined || walk.text.includes(`*${node.anchor}`)) return
  const problem = `YAML takes "&${node.anchor}" for a name of the value and not for a part of it, and nothing uses that name.`
  report(walk, node, path, { problem, remedy: 'Put the value between quotes, or take the name out.' })
}

/** Nothing is left of a value that begins with "#": all of it is a comment. */
function isCommentedOut(walk: Walk, key: Node, { value }: LocatedNode): boolean {
  return value === null && /^["']?[ \t]*:[ \t]+#[^\s#]/.test(restOfLine(walk.text, key.range?.[1]))
}

function resolveAlias(walk: Walk, node: Node | null): Node | null {
  if (!isAlias(node)) return node
  const unknown = { problem: `There is no anchor "&${node.source}" before this.`, remedy: 'Quote text that begins with "*".' }
  return node.resolve(walk.document) ?? refuse(walk, node, unknown)
}

function locate(walk: Walk, written: Node | null, place: Place): LocatedNode {
  const node = resolveAlias(walk, written)
  const aliased = place.aliased || node !== written
  if (aliased && ++walk.aliased > ALIASED_MAX) refuse(walk, written, SAID.tooManyAliases)
  if (place.path.length > DEPTH_MAX) refuse(walk, written, SAID.tooDeep)
  const start = written?.range?.[0] ?? place.keyStart
  const end = written?.range?.[1] ?? start
  const { keyStart, path } = place
  return {
    path,
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
  for (const { key: keyNode, value } of node.items) {
    const key = keyOf(walk, keyNode, path)
    if (key === null) continue
    if (entries.has(key)) report(walk, keyNode, [], SAID.twice)
    else entries.set(key, locateEntry(walk, keyNode, value, { path: [...path, key], keyStart: keyNode.range?.[0] ?? 0, aliased }))
  }
  return entries
}

function locateEntry(walk: Walk, key: Node, value: Node | null, place: Place): LocatedNode {
  reportUnusedAnchor(walk, value, place.path)
  reportCutText(walk, value, place.path)
  const entry = locate(walk, value, place)
  return isCommentedOut(walk, key, entry) ? { ...entry, isCommentedOut: true } : entry
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

function locateDocument(walk: Walk, contents: Node, base: DocumentPath): LocatedNode | null {
  try {
    return locate(walk, contents, { path: base, keyStart: contents.range?.[0] ?? 0, aliased: false })
  } catch (error) {
    if (error instanceof Refused) return null
    throw error
  }
}

/** One file's YAML with the position of every value, and everything that is wrong with it as YAML. */
export function parseCatalogueText({ file, text }: CatalogueText, base: DocumentPath = []): ParsedText {
  const refused = (said: Said, line = 1, column = 1): ParsedText => {
    return { root: null, problems: [{ file, line, column, path: '', ...said }] }
  }
  if (text.length > CATALOGUE_BYTES_MAX) return refused(SAID.tooLarge)
  const [beforeNul = '', ...afterNul] = text.split('\0', 2)
  if (afterNul.length > 0) return refused(SAID.unstorable, beforeNul.split('\n').length, beforeNul.length - beforeNul.lastIndexOf('\n'))
  const lines = new LineCounter()
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    resolveKnownTags: false,
    uniqueKeys: false,
  })
  const errors = [...document.errors, ...document.warnings]
  const problems = firstPerLine(errors, (offset) => positionOf(offset).line).map((error) => ({
    ...positionOf(error.pos[0]),
    path: '',
    ...yamlErrorInWords(error, text),
  }))
  if (errors.some((error) => !HARMLESS.has(error.code)) || document.contents === null) return { root: null, problems }
  if (!isMap(document.contents)) return { root: null, problems: [...problems, ...refused(SAID.notAMap).problems] }
  return { root: locateDocument({ document, positionOf, text, problems, aliased: 0 }, document.contents, base), problems }
}
