import type { CatalogueAsset, CatalogueConnection } from '#lib/catalogue/catalogue.ts'
import type { CatalogueDocument } from '#lib/catalogue/schema/document.ts'
import { entityFor, heldFrom, readContract } from '#lib/domain/contracts/contract.ts'
import { isContractAddress, isVersionOf } from '#lib/domain/contracts/contract-address.ts'
import type { ContractTerms, TermsVersion } from '#lib/domain/contracts/contract-terms.ts'
import type { Field } from '#lib/domain/contracts/field.ts'
import { flatFields } from '#lib/domain/contracts/nested-fields.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Placed } from './placed-assets.ts'

/** The contracts that a name means: the one of that name, else all in the folder of that name; at an address all its versions. */
export function namedContracts(known: readonly string[], of: string): string[] {
  if (isContractAddress(of)) return known.filter((name) => isVersionOf(of, name))
  if (known.includes(of)) return [of]
  const folder = of.endsWith('/') ? of : `${of}/`
  return known.filter((name) => name.startsWith(folder))
}

/** What is promised of the shape of an asset by the contract written for it, or for its feed. */
export function ofContract(
  { contracts, flows, page: { zone } }: Pick<CatalogueDocument, 'contracts' | 'flows' | 'page'>,
  { key, written, feed }: Pick<Placed, 'key' | 'written' | 'feed'>,
): { contract?: ContractTerms } {
  const meant = written.contract ?? feed.written.contract
  if (meant === undefined) return {}
  const names = namedContracts(Object.keys(contracts), meant.of)
  const versions = names.flatMap((name): TermsVersion[] => {
    const read = readContract(contracts[name])
    if (!read.ok) return []
    const { contract } = read
    const found = entityFor(contract, pathOf(key), meant.entity ?? null)
    if (found === null) return []
    const { id, name: called, version, status, owner, consumers } = contract
    const { description, fields } = found
    const from = heldFrom(contract, zone)
    return [{ id, name: called, version, status, from, owner, consumers, description, fields, ...nestedIn(fields) }]
  })
  const address = isContractAddress(meant.of) ? { address: meant.of } : {}
  if (versions.length === 0)
    return names.length === 0 && 'address' in address ? { contract: { onBreak: meant.onBreak, versions, ...address } } : {}
  const isLanded = Object.values(flows).some((flow) => flow?.land?.into === key)
  const { onBreak, entity } = meant
  return { contract: { onBreak, versions, ...address, ...(isLanded && { ofFiles: true }), ...(entity !== undefined && { entity }) } }
}

/** The fields within others, by their paths, as a search reads them. */
function nestedIn(fields: readonly Field[]): Pick<TermsVersion, 'nested'> {
  const top = new Set(fields.map(({ name }) => name))
  const nested = flatFields(fields).filter(({ name }) => !top.has(name))
  return nested.length === 0 ? {} : { nested: nested.map(({ name, description }) => ({ name, description })) }
}

/** How often is looked into what a contract is about, where nobody wrote it. */
const CONTRACT_LOOK_MS = 10 * MINUTE_MS

/** Connections of which a contract promises something are looked into often unless the catalogue says how often. */
export function lookedInto(
  { connections: written }: CatalogueDocument,
  connections: readonly CatalogueConnection[],
  assets: readonly CatalogueAsset[],
): CatalogueConnection[] {
  const promised = new Set(
    assets.filter(({ contract }) => contract !== undefined && contract.ofFiles !== true).map(({ connection }) => connection),
  )
  return connections.map((one) => {
    const isLeftOpen = written[one.key]?.discover === undefined && promised.has(one.key)
    return isLeftOpen ? { ...one, discoverEveryMs: CONTRACT_LOOK_MS } : one
  })
}
