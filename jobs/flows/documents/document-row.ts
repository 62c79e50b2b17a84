import { hash } from 'node:crypto'
import { DEPTH_MAX, type JsonObject } from '#lib/domain/values/json.ts'
import type { Curation, Views } from './curation.ts'

export interface DocumentRow<Key> {
  key: Key
  /** Hash of the content: of the canonical form. */
  hash: string
  /** Hash of the characters sent: equal means equal content, different means nothing. */
  source: string
  /** Whom it belongs to as far as this load knows; empty where the tables have no groups. */
  groups: readonly string[]
  cleaned: boolean
  /** JSON text, made when first asked for, like the views. */
  document(): string
  views(groups?: readonly string[]): Views
  /** Frees the parsed document, many times the size of its text; it is parsed again if needed. */
  forget(): void
}

export interface Content {
  value: JsonObject
  cleaned: boolean
  document(): string
}

// Part of the source hash: count up when the same text is to be read in another way.
const READING_VERSION = 1

export function sourceHash(...sent: readonly string[]): string {
  return hash('sha256', [READING_VERSION, ...sent].join(' '), 'hex')
}

/** A row of what `read` answers; of `content` where that is known already. */
export function documentRow<Key>(
  known: Pick<DocumentRow<Key>, 'key' | 'hash' | 'source' | 'groups'> & { content: Content | undefined },
  read: () => Content,
  curation: Curation,
): DocumentRow<Key> {
  let { content, ...row } = known
  let document: string | undefined
  let made: { groups: string; views: Views } | undefined
  const make = () => {
    content ??= read()
    return content
  }
  return {
    ...row,
    cleaned: content?.cleaned ?? false,
    document: () => {
      document ??= make().document()
      return document
    },
    views: (groups = row.groups) => {
      const wanted = groups.join()
      if (made?.groups !== wanted) made = { groups: wanted, views: curation.views(make().value, groups) }
      return made.views
    },
    forget: () => {
      content = undefined
    },
  }
}

/** Why a document cannot be stored, from what reading it threw; undefined: another cause. */
export function unstorableReason(error: unknown): string | undefined {
  if (!(error instanceof RangeError)) return undefined
  return error.message.includes('call stack') ? `nested deeper than ${DEPTH_MAX} levels` : error.message
}

export function unionOf(one: readonly string[], other: readonly string[]): readonly string[] {
  return other.every((group) => one.includes(group)) ? one : [...new Set([...one, ...other])].sort()
}
