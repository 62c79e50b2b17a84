import type { CatalogueAsset, CatalogueConnection } from '#lib/catalogue/catalogue.ts'
import type { CatalogueDocument } from '#lib/catalogue/schema/document.ts'
import { dateAt, entityFor, heldFrom, readContract } from '#lib/domain/contracts/contract.ts'
import { isContractAddress, isVersionOf } from '#lib/domain/contracts/contract-address.ts'
import { type ContractTerms, type TermsVersion, termsAt } from '#lib/domain/contracts/contract-terms.ts'
import type { Field } from '#lib/domain/contracts/field.ts'
import { levelPromises } from '#lib/domain/contracts/level-promises.ts'
import { flatFields } from '#lib/domain/contracts/nested-fields.ts'
import type { PolicyInput } from '#lib/domain/freshness/policies/policy.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Placed } from './placed-assets.ts'

/** The contracts that a name means: the one of that name, else all in the folder of that name; at an address all its versions. */
export function namedContracts(known: readonly string[], of: string): string[] {
  if (isContractAddress(of)) return known.filter((name) => isVersionOf(of, name))
  if (known.includes(of)) return [of]
  const folder = of.endsWith('/') ? of : `${of}/`
  return known.filter((name) => name.startsWith(folder))
}

/** What contracts promise of assets, and what of that is the promise about their clocks at an instant: where the catalogue says nothing. */
export function underContract(
  document: Pick<CatalogueDocument, 'contracts' | 'flows' | 'page'>,
  placed: readonly Placed[],
  at: Instant,
): { terms: Map<string, ContractTerms>; levels: Map<string, PolicyInput[]> } {
  const terms = new Map<string, ContractTerms>()
  const levels = new Map<string, PolicyInput[]>()
  for (const one of placed) {
    const { contract } = ofContract(document, one)
    if (contract === undefined) continue
    const promised = [one.written.policy, one.feed.written.policy, one.group.written.policy].some((policy) => policy !== undefined)
    const own = promised ? [] : promisedByContract(contract, at)
    terms.set(one.key, own.length === 0 ? contract : { ...contract, judges: true })
    if (own.length > 0) levels.set(one.key, own)
  }
  return { terms, levels }
}

/** What is promised of the shape of an asset by the contract written for it, or for its feed. */
function ofContract(
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
    const { description, fields, levels } = found
    const dates = { ...at('until', contract.untilText, zone), ...at('supportedUntil', contract.supportedText, zone) }
    const told = { id, name: called, version, status, from: heldFrom(contract, zone), owner, consumers, description, fields }
    return [{ ...told, ...dates, ...(levels.length > 0 && { levels }), ...nestedIn(fields) }]
  })
  const address = isContractAddress(meant.of) ? { address: meant.of } : {}
  if (versions.length === 0)
    return names.length === 0 && 'address' in address ? { contract: { onBreak: meant.onBreak, versions, ...address } } : {}
  const isLanded = Object.values(flows).some((flow) => flow?.land?.into === key)
  const { onBreak, entity } = meant
  return { contract: { onBreak, versions, ...address, ...(isLanded && { ofFiles: true }), ...(entity !== undefined && { entity }) } }
}

function at<K extends string>(key: K, text: string | null, zone: string): { [key in K]?: Instant } {
  const instant = dateAt(text, zone)
  return instant === null ? {} : ({ [key]: instant } as { [key in K]: Instant })
}

/** What the service levels of the version that holds at an instant promise, as the catalogue would write it. */
export function promisedByContract(terms: ContractTerms, at: Instant): PolicyInput[] {
  return levelPromises(termsAt(terms, at)?.levels ?? []).policies
}

function searched({ name, description, classification, tags }: Field): NonNullable<TermsVersion['nested']>[number] {
  return { name, description, ...(classification !== undefined && { classification }), ...(tags !== undefined && { tags }) }
}

/** The fields within others, by their paths, as a search reads them. */
function nestedIn(fields: readonly Field[]): Pick<TermsVersion, 'nested'> {
  const top = new Set(fields.map(({ name }) => name))
  const nested = flatFields(fields).filter(({ name }) => !top.has(name))
  return nested.length === 0 ? {} : { nested: nested.map(searched) }
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
