import { childOf, itemsOf, type LocatedNode, textAt, textOf } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { toNamespace } from '#lib/domain/lineage/identity.ts'
import { type Finding, wrongValue } from './finding.ts'

/** A name that a connection says others have for it. */
interface Claim {
  written: string
  /** In the form in which two are compared. */
  compared: string
  node: LocatedNode
}

interface Claimant {
  key: string
  names: Claim[]
  namespaces: Claim[]
  /** Nothing tells which part of a system it is: neither names, nor a connector that knows its own. */
  isNameless: boolean
}

function claimsIn(node: LocatedNode | undefined, toCompared: (text: string) => string): Claim[] {
  return itemsOf(node).flatMap((item) => {
    const written = textOf(item)
    return written === undefined ? [] : [{ written, compared: toCompared(written), node: item }]
  })
}

const withoutQuotes = (name: string) => name.replaceAll(/["`[\]]/g, '').toLowerCase()
const sameIn = (claims: readonly Claim[], { compared }: Claim) => claims.find((claim) => claim.compared === compared)

/** Whether namespaces tell two connections apart although a name of theirs is the same. */
function areApart(a: Claimant, b: Claimant): boolean {
  return (
    a.namespaces.length > 0 && b.namespaces.length > 0 && !a.namespaces.some((namespace) => sameIn(b.namespaces, namespace) !== undefined)
  )
}

function clashOf(claim: Claim, before: Claim, owner: string, what: string, remedy: string): Finding {
  const { file, line } = before.node.valueAt
  return wrongValue(
    claim.node.path,
    `"${claim.written}" is already a ${what} of the connection "${owner}" (${file}, line ${line}).`,
    remedy,
  )
}

const ONE_NAME = 'Take one of them out, or give both connections "namespaces" that tell them apart.'
const ONE_SYSTEM = 'Say under "names" which database each of them is, or take one of them out.'

function clashes(own: Claimant, other: Claimant): Finding[] {
  const names = own.names.flatMap((claim) => {
    const before = sameIn(other.names, claim)
    return before === undefined || areApart(own, other) ? [] : [clashOf(claim, before, other.key, 'name', ONE_NAME)]
  })
  const namespaces = own.namespaces.flatMap((claim) => {
    const before = sameIn(other.namespaces, claim)
    return before === undefined || !own.isNameless || !other.isNameless ? [] : [clashOf(claim, before, other.key, 'namespace', ONE_SYSTEM)]
  })
  return [...names, ...namespaces]
}

/** Names that two connections claim, so that nobody could say whose table is meant. */
export function checkIdentity({ connections }: Outline, { connectors }: CatalogueContracts): Finding[] {
  const claimants = connections.map(({ key, node }): Claimant => {
    const identity = childOf(node, 'identity')
    const names = claimsIn(childOf(identity, 'names'), withoutQuotes)
    const isNameless = names.length === 0 && connectors.get(textAt(node, 'kind') ?? '')?.identity === undefined
    return { key, names, namespaces: claimsIn(childOf(identity, 'namespaces'), toNamespace), isNameless }
  })
  return claimants.flatMap((own, i) => claimants.slice(0, i).flatMap((other) => clashes(own, other)))
}
