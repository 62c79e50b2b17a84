import type { CatalogueSource } from '#lib/catalogue/catalogue.ts'
import { type DocumentPath, type LocatedNode, type Position, positionAt, sourceAt } from '#lib/catalogue/parse/node.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import type { CatalogueDocument, WrittenAdoptRule } from '#lib/catalogue/schema/document.ts'
import type { Identity } from '#lib/domain/lineage/identity.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Something discovery saw, as far as a rule takes it over. */
export interface FoundAsset {
  connection: string
  path: string
  kind: 'source' | 'table' | 'consumer'
  name: string
  /** What its connector groups it by; '' where it does not. */
  group: string
  labels: Record<string, string>
  owner: string | null
  /** The job of the same connection that writes it. */
  job?: string | null
  /** A promise in the catalogue's own form, as discovery proposes it. */
  policy: Record<string, unknown> | null
  settings: Record<string, unknown>
  foundAt: Instant
  goneAt: Instant | null
}

/** What something found is made from: a path of the same connection, or a name that others know it by. */
export interface FoundEdge {
  connection: string
  path: string
  upstream: { path: string } | { name: string; namespace: string | null }
  /** How we know: a view's definition, a foreign key (which is no lineage), dbt, a tool that shows data. */
  hint: string
}

/** What discovery saw of all connections, what is gone among it. */
export interface FoundThings {
  assets: readonly FoundAsset[]
  edges: readonly FoundEdge[]
}

/** A rule with its place in the file. */
export interface AdoptRule extends WrittenAdoptRule {
  source: CatalogueSource
  /** Where its parts are written, for what is wrong with them once it is known what there is. */
  at: Partial<Record<RulePart, Position>>
}

/** The parts of a rule that name labels. */
const RULE_PARTS = ['from', 'group', 'feed', 'owner', 'where'] as const
export type RulePart = (typeof RULE_PARTS)[number]

/** What it takes to take over what was found, in plain values: they pass from thread to thread. */
export interface Adoption {
  document: CatalogueDocument
  rules: AdoptRule[]
}

/** Rules with what is installed, so that what they take can be resolved like everything that is written. */
export interface Adopting {
  rules: Adoption
  contracts: CatalogueContracts
  /** What others call the tables of a connection, where it is known. */
  identities?: ReadonlyMap<string, Identity>
}

/** The rules of a checked document; null when there are none. */
export function adoptionOf(document: CatalogueDocument, root: LocatedNode): Adoption | null {
  if (document.adopt === undefined || document.adopt.length === 0) return null
  const rules = document.adopt.map((rule, at) => {
    const path: DocumentPath = ['adopt', at]
    const parts = RULE_PARTS.filter((part) => rule[part] !== undefined)
    return {
      ...rule,
      source: sourceAt(root, path),
      at: Object.fromEntries(parts.map((part) => [part, positionAt(root, [...path, part])])),
    }
  })
  return { document, rules }
}
