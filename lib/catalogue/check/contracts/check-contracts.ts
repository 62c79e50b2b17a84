import { type Finding, unknownName, wrongValue } from '#lib/catalogue/check/finding.ts'
import { CONTRACTS_FOLDER } from '#lib/catalogue/parse/merge-files.ts'
import { childOf, entriesOf, type LocatedNode, nodeAt, textAt, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import { CONTRACT_REMEDY, contractProblemInWords } from '#lib/catalogue/parse/read-contract-text.ts'
import { namedContracts } from '#lib/catalogue/resolve/contracts.ts'
import { type Contract, entityFor, readContract } from '#lib/domain/contracts/contract.ts'
import { isContractAddress, whyNotRead } from '#lib/domain/contracts/contract-address.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { capital } from '#lib/domain/wording/sentences.ts'

/** Where a contract is named, as it is written there. */
interface Naming {
  node: LocatedNode
  of: string
  entity: string | null
  /** Paths of the assets it is meant for. */
  assets: string[]
  isFeed: boolean
}

/** Contracts that are named and not there, that cannot be read, that promise one version twice, or in which nothing is what names them. */
export function checkContracts(outline: Outline): Finding[] {
  const namings = [
    ...outline.assets.flatMap(({ key, node }) => namingAt(node, [pathOf(key)], false)),
    ...outline.feeds.flatMap(({ key, group, node }) => {
      const assets = outline.assets.filter((asset) => asset.feed === key && asset.group === group).map((asset) => pathOf(asset.key))
      return namingAt(node, assets, true)
    }),
  ]
  const known = entriesOf(childOf(outline.root, CONTRACTS_FOLDER))
  return namings.flatMap((naming) => checkNaming(naming, known, outline.root))
}

function namingAt(node: LocatedNode, assets: string[], isFeed: boolean): Naming[] {
  const contract = childOf(node, 'contract')
  const of = textOf(contract) ?? textAt(contract, 'of')
  if (contract === undefined || of === undefined) return []
  return [{ node: contract, of, entity: textAt(contract, 'entity') ?? null, assets, isFeed }]
}

function checkNaming(naming: Naming, known: readonly [string, LocatedNode][], root: LocatedNode): Finding[] {
  const { node, of } = naming
  const names = namedContracts(
    known.map(([name]) => name),
    of,
  )
  if (isContractAddress(of)) {
    const why = whyNotRead(of)
    if (why !== null) return [refusedAddress(node, why)]
    // Nobody has read it yet.
    if (names.length === 0) return []
  }
  if (names.length === 0) {
    const remedy = `Put it into the folder "${CONTRACTS_FOLDER}" beside the catalogue as a .yaml or .json file, or under "contracts".`
    return [
      unknownName(
        node.path,
        'contract',
        of,
        known.map(([name]) => name),
        remedy,
      ),
    ]
  }
  const read = names.map((name) => ({ name, result: readContract(toPlain(nodeAt(root, [CONTRACTS_FOLDER, name]) ?? node)) }))
  const problems = read.flatMap(({ name, result }) => {
    if (result.ok) return []
    return result.problems.map((one) =>
      wrongValue([CONTRACTS_FOLDER, name, ...one.path], contractProblemInWords(one, name), CONTRACT_REMEDY),
    )
  })
  const contracts = read.flatMap(({ name, result }) => (result.ok ? [{ name, contract: result.contract }] : []))
  // Of an address nobody can change what it served before.
  const current = isContractAddress(of) ? contracts.filter(({ name }) => name === of) : contracts
  return [...problems, ...checkVersions(contracts), ...current.flatMap(({ name, contract }) => checkEntity(naming, name, contract))]
}

/** `…; do this` in two sentences. */
function refusedAddress(node: LocatedNode, why: string): Finding {
  const [problem = '', remedy = ''] = why.split('; ')
  return wrongValue(node.path, `The address of the contract ${problem}.`, `${capital(remedy)}.`)
}

function checkVersions(contracts: readonly { name: string; contract: Contract }[]): Finding[] {
  return contracts.flatMap(({ name, contract: { version } }, at) => {
    const earlier = contracts.slice(0, at).find(({ contract }) => contract.version === version)
    if (earlier === undefined) return []
    return [
      wrongValue(
        [CONTRACTS_FOLDER, name, 'version'],
        `The version ${version} stands in "${earlier.name}", too.`,
        'Give each file of a contract a version of its own.',
      ),
    ]
  })
}

function checkEntity({ node, entity, assets, isFeed }: Naming, name: string, contract: Contract): Finding[] {
  const fits = assets.filter((path) => entityFor(contract, path, entity) !== null)
  if (isFeed ? fits.length > 0 : fits.length === assets.length) return []
  const names = contract.entities.map((one) => one.name)
  if (entity !== null) return [unknownName([...node.path, 'entity'], 'entity', entity, names, 'Take it out.')]
  const what = isFeed ? 'No asset of this feed is' : 'This asset is not'
  return [
    wrongValue(node.path, `${what} called like one of the entities of "${name}".`, `Name one of them by "entity": ${names.join(', ')}.`),
  ]
}
