import type { CatalogueSource } from '#lib/catalogue/catalogue.ts'

/** Where something stands in a file; both count from 1. */
export interface Position {
  file: string
  line: number
  column: number
}

export type Scalar = string | number | boolean | null
export type DocumentPath = readonly (string | number)[]

/** A value of the written document that still knows where it was written. */
export interface LocatedNode {
  path: DocumentPath
  /** Where its key stands; where the value stands when it has none (root, list item). */
  keyAt: Position
  valueAt: Position
  /** Key and value as written, without the indentation they stood at. */
  excerpt: () => string
  value: Scalar | LocatedNode[] | Map<string, LocatedNode>
  /** Nothing is there because what was written begins with "#". */
  isCommentedOut?: true
}

/** The entries of a map, and nothing for whatever else stands there. */
export function entriesOf(node: LocatedNode | undefined): [string, LocatedNode][] {
  return node?.value instanceof Map ? [...node.value] : []
}

/** The items of a list; a single value counts as a list of one, nothing as none. */
export function itemsOf(node: LocatedNode | undefined): LocatedNode[] {
  if (node === undefined) return []
  return Array.isArray(node.value) ? node.value : [node]
}

export function childOf(node: LocatedNode | undefined, key: string | number): LocatedNode | undefined {
  if (node === undefined) return undefined
  if (node.value instanceof Map) return node.value.get(String(key))
  return Array.isArray(node.value) ? node.value[Number(key)] : undefined
}

/** The text that stands there; undefined for anything else. */
export function textOf(node: LocatedNode | undefined): string | undefined {
  return typeof node?.value === 'string' ? node.value : undefined
}

/** The node at a path; undefined when nothing is written there. */
export function nodeAt(root: LocatedNode | undefined, path: DocumentPath): LocatedNode | undefined {
  return path.reduce(childOf, root)
}

/** The text at a path below a node; undefined when something else or nothing is written there. */
export function textAt(node: LocatedNode | undefined, ...path: DocumentPath): string | undefined {
  return textOf(nodeAt(node, path))
}

/** Every single value within a node, but for those below the paths that are `skipped`. */
export function valuesIn(node: LocatedNode | undefined, skipped: (path: DocumentPath) => boolean = () => false): LocatedNode[] {
  if (node === undefined || skipped(node.path)) return []
  if (Array.isArray(node.value)) return node.value.flatMap((item) => valuesIn(item, skipped))
  return node.value instanceof Map ? [...node.value.values()].flatMap((child) => valuesIn(child, skipped)) : [node]
}

/** The last name on a path, list positions left out. */
export function leafOf(path: DocumentPath): string {
  return path.findLast((key) => typeof key === 'string') ?? 'the catalogue'
}

/** Where to point for a path: at a plain value itself, at the key of a map or list, at the nearest ancestor of what is missing. */
export function positionAt(root: LocatedNode, path: DocumentPath): Position {
  let node = root
  for (const key of path) {
    const child = childOf(node, key)
    if (child === undefined) return node.keyAt
    node = child
  }
  return typeof node.value === 'object' && node.value !== null ? node.keyAt : node.valueAt
}

/** Where the key of a path stands; the nearest ancestor of what is missing. */
export function keyPositionAt(root: LocatedNode, path: DocumentPath): Position {
  return nodeAt(root, path)?.keyAt ?? positionAt(root, path)
}

/** The document as plain values, ready for JSON and schemas. */
export function toPlain(node: LocatedNode): unknown {
  const { value } = node
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, child]) => [key, toPlain(child)]))
  return value
}

/** `groups.records.feeds.terms.assets["lake/term.raw"].from[0]`. */
export function pathInWords(path: DocumentPath): string {
  return path.reduce<string>((words, key) => {
    if (typeof key === 'number') return `${words}[${key}]`
    if (!/^[\w/-]+$/.test(key)) return `${words}[${JSON.stringify(key)}]`
    return words === '' ? key : `${words}.${key}`
  }, '')
}

/** Where a part of the document stands, as written; where it is missing, where the document begins. */
export function sourceAt(root: LocatedNode, path: DocumentPath): CatalogueSource {
  const node = nodeAt(root, path)
  const { file, line } = (node ?? root).keyAt
  return { file, line, yaml: node?.excerpt() ?? '' }
}
