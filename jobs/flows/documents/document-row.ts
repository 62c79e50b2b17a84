import type { Views } from './curation.ts'

/** A document that passed the door, ready to be compared and stored. */
export interface DocumentRow<Key> {
  key: Key
  /** Hash of the content: of the canonical form. */
  hash: string
  /** Hash of what was sent, character by character: equal means equal content, different means nothing. */
  source: string
  /** Whom it belongs to as far as this load knows; empty where the tables have no such column. */
  groups: readonly string[]
  /** The whole document as JSON text. Made when first asked for, like the views. */
  document(): string
  /** What the services see of it when it belongs to these. */
  views(groups: readonly string[]): Views
}

/** Both together, sorted, each once. */
export function unionOf(one: readonly string[], other: readonly string[]): readonly string[] {
  return other.every((group) => one.includes(group)) ? one : [...new Set([...one, ...other])].sort()
}
