import { randomUUID } from 'node:crypto'
import type { Instant } from '#lib/domain/time/instant.ts'

export type SearchDocument = Record<string, unknown>
export interface FieldMapping {
  type?: string
  format?: string
  properties?: Record<string, FieldMapping>
  [key: string]: unknown
}

export interface StoredIndex {
  name: string
  uuid: string
  createdAt: Instant
  settings: Record<string, unknown>
  mappings: { properties: Record<string, FieldMapping>; [key: string]: unknown }
  /** What was written. */
  documents: Map<string, SearchDocument>
  /** What searches find: as of the last refresh; null: all of it, at once. */
  visible: Map<string, SearchDocument> | null
  /** Writes since its node started. */
  written: number
  shards: { total: number; failed: number }
  /** Some of what was written would be read again from its log after a crash. */
  isInLog: boolean
  isClosed: boolean
  isHidden: boolean
}

export interface NewIndex {
  mappings?: { properties?: Record<string, FieldMapping> }
  settings?: { index?: Record<string, unknown> }
  aliases?: Record<string, { is_hidden?: boolean }>
}

/** The indices of one cluster, its aliases and data streams. */
export class SearchWorld {
  readonly indices = new Map<string, StoredIndex>()
  readonly aliases = new Map<string, Set<string>>()
  readonly hiddenAliases = new Set<string>()
  /** Each with the indices behind it, the newest last. */
  readonly dataStreams = new Map<string, string[]>()
  readonly #now: () => Instant

  constructor(now: () => Instant) {
    this.#now = now
  }

  create(name: string, { mappings = {}, settings = {}, aliases = {} }: NewIndex = {}): StoredIndex {
    const index: StoredIndex = {
      name,
      uuid: randomUUID(),
      createdAt: this.#now(),
      settings: {},
      mappings: { properties: {}, ...mappings },
      documents: new Map(),
      visible: null,
      written: 0,
      shards: { total: 1, failed: 0 },
      isInLog: false,
      isClosed: false,
      isHidden: name.startsWith('.') || settings.index?.['hidden'] === true,
    }
    this.configure(index, settings.index ?? {})
    this.indices.set(name, index)
    for (const [alias, { is_hidden: isHidden = false }] of Object.entries(aliases)) {
      this.addAlias(alias, name, isHidden)
    }
    return index
  }

  /** Without refreshes of its own, what is written is seen only after one that is asked for. */
  configure(index: StoredIndex, settings: Record<string, unknown>): void {
    Object.assign(index.settings, settings)
    const isManual = String(index.settings['refresh_interval'] ?? '') === '-1'
    if (!isManual) index.visible = null
    else index.visible ??= new Map(index.documents)
  }

  refresh(index: StoredIndex): void {
    if (index.visible !== null) index.visible = new Map(index.documents)
  }

  remove(name: string): void {
    this.indices.delete(name)
    for (const [alias, behind] of this.aliases) {
      behind.delete(name)
      if (behind.size === 0) this.aliases.delete(alias)
    }
  }

  /** Documents as a loader writes them, each with its id. */
  load(name: string, documents: Iterable<readonly [id: string, document: SearchDocument]>): StoredIndex {
    const index = this.indices.get(name) ?? this.create(name)
    for (const [id, document] of documents) this.put(index, id, document)
    return index
  }

  put(index: StoredIndex, id: string, document: SearchDocument): 'created' | 'updated' {
    const isNew = !index.documents.has(id)
    index.documents.set(id, document)
    index.written += 1
    index.isInLog = true
    for (const [field, value] of Object.entries(document)) index.mappings.properties[field] ??= mappingOf(value)
    return isNew ? 'created' : 'updated'
  }

  /** Counters of writes begin anew. */
  restart(): void {
    for (const index of this.indices.values()) index.written = 0
  }

  /** What stands behind a name; null: nothing is called so. */
  behind(name: string): StoredIndex[] | null {
    const own = this.indices.get(name)
    if (own !== undefined) return [own]
    const names = this.aliases.get(name) ?? this.dataStreams.get(name)
    return names === undefined ? null : [...names].flatMap((one) => this.indices.get(one) ?? [])
  }

  aliasesOf(index: string): string[] {
    return [...this.aliases].flatMap(([alias, behind]) => (behind.has(index) ? [alias] : []))
  }

  addAlias(alias: string, index: string, isHidden = false): void {
    if (isHidden) this.hiddenAliases.add(alias)
    this.aliases.set(alias, (this.aliases.get(alias) ?? new Set()).add(index))
  }

  removeAlias(alias: string, index: string): boolean {
    const behind = this.aliases.get(alias)
    const wasThere = behind?.delete(index) ?? false
    if (behind?.size === 0) this.aliases.delete(alias)
    return wasThere
  }
}

const INSTANT = /^\d{4}-\d\d-\d\d(T|$)/

/** What a field of no mapping becomes by its first value. */
function mappingOf(value: unknown): FieldMapping {
  if (typeof value === 'string') return { type: INSTANT.test(value) ? 'date' : 'text' }
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'long' : 'float' }
  if (typeof value === 'boolean') return { type: 'boolean' }
  return { properties: {} }
}

export const visibleIn = (index: StoredIndex) => index.visible ?? index.documents
