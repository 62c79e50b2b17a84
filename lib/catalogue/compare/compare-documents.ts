import { structuredPatch } from 'diff'
import { stringify } from 'yaml'

/** A part of two catalogues that is not the same in both, as lines of YAML. */
export interface DifferentPart {
  /** Where it stands, from the top: `['groups', 'records', 'feeds', 'terms']`. */
  path: string[]
  kind: 'added' | 'removed' | 'changed'
  /** Stretches of lines that differ, each with a few around it; null: too many differ to say which. */
  stretches: DifferentLine[][] | null
}

export interface DifferentLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Lines shown around what differs. */
const CONTEXT_LINES = 3
/** Beyond so many different lines finding the best pairs takes too long, and nobody reads it. */
const EDITS_MAX = 1000

/**
 * What differs between two catalogues as written, part by part (a connection, a flow, a group, a feed) in the order of the later one.
 * In which order the names of a map stand is no difference.
 */
export function compareDocuments(before: unknown, after: unknown): DifferentPart[] {
  const was = partsOf(before)
  const is = partsOf(after)
  const places = new Set([...is.keys(), ...was.keys()])
  return [...places].flatMap((place) => {
    const [old, now] = [was.get(place), is.get(place)]
    const [before, after] = [textOf(inOrderOf(now?.value, old?.value)), textOf(now?.value)]
    if (old !== undefined && now !== undefined && before === after) return []
    const path = (now ?? old)?.path ?? []
    const kind = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed'
    return [{ path, kind, stretches: compareTexts(before, after) }]
  })
}

interface Part {
  path: string[]
  value: unknown
}

/** Sections whose entries stand for themselves, and what of an entry stands for itself again. */
const SECTIONS: Record<string, string | null> = { connections: null, calendars: null, audiences: null, flows: null, groups: 'feeds' }

function partsOf(document: unknown): Map<string, Part> {
  const parts = entriesOf(document).flatMap(([section, value]): Part[] => {
    const inner = SECTIONS[section]
    if (inner === undefined || !isMap(value)) return [{ path: [section], value }]
    return entriesOf(value).flatMap(([name, entry]) => partsOfEntry([section, name], entry, inner))
  })
  return new Map(parts.map((part) => [JSON.stringify(part.path), part]))
}

function partsOfEntry(path: string[], entry: unknown, inner: string | null): Part[] {
  const found = inner !== null && isMap(entry) ? Reflect.get(entry, inner) : undefined
  if (inner === null || !isMap(found)) return [{ path, value: entry }]
  const own = Object.fromEntries(entriesOf(entry).filter(([name]) => name !== inner))
  return [{ path, value: own }, ...entriesOf(found).map(([name, value]) => ({ path: [...path, inner, name], value }))]
}

/** The same value with its names in the order of another, so that an order that means nothing is no difference. */
function inOrderOf(model: unknown, value: unknown): unknown {
  if (Array.isArray(model) && Array.isArray(value)) return value.map((one, index) => inOrderOf(model[index], one))
  if (!isMap(model) || !isMap(value)) return value
  const names = new Set([...Object.keys(model), ...Object.keys(value)].filter((name) => Object.hasOwn(value, name)))
  return Object.fromEntries([...names].map((name) => [name, inOrderOf(Reflect.get(model, name), Reflect.get(value, name))]))
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function entriesOf(value: unknown): [string, unknown][] {
  return isMap(value) ? Object.entries(value) : []
}

/** YAML, whose lines are those a person would write: one value a line, nothing folded. */
function textOf(value: unknown): string {
  return value === undefined ? '' : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
}

function compareTexts(before: string, after: string): DifferentLine[][] | null {
  const options = { context: CONTEXT_LINES, maxEditLength: EDITS_MAX }
  const patch = structuredPatch('', '', before, after, undefined, undefined, options)
  if (patch === undefined) return null
  return patch.hunks.map(({ lines }) => lines.filter((line) => !line.startsWith('\\')).map(toLine))
}

const KINDS: Record<string, DifferentLine['kind']> = { '+': 'added', '-': 'removed' }

function toLine(line: string): DifferentLine {
  return { kind: KINDS[line.charAt(0)] ?? 'same', text: line.slice(1) }
}
