import { type Adopted, adopt } from '#lib/catalogue/adopt/adopt.ts'
import type { FoundAsset, FoundEdge } from '#lib/catalogue/adopt/adoption.ts'
import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import type { Identity } from '#lib/domain/lineage/identity.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { TWO_CONNECTIONS } from '#lib/testing/worlds/found-world.ts'

export const NOW = Date.parse('2026-11-29T12:00:00Z')

/** A tile that discovery found now or before. */
export function tile(path: string, more: Partial<FoundAsset> = {}): FoundAsset {
  return {
    connection: 'looker',
    path,
    kind: 'consumer',
    name: `Tile ${path}`,
    group: '',
    labels: { folder: 'Finance', dashboard: 'Revenue' },
    owner: null,
    policy: null,
    settings: {},
    foundAt: NOW - DAY_MS,
    goneAt: null,
    ...more,
  }
}

const [postgres] = [...campusContracts.connectors].flatMap(([kind, contract]) => (kind === 'postgres' ? contract : []))
const TIMELESS: CatalogueContracts = {
  ...campusContracts,
  connectors: new Map(postgres === undefined ? [] : [['postgres', { ...postgres, hasClock: () => false }]]),
}

/** A catalogue below two connections. */
export function load(text: string) {
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: TWO_CONNECTIONS + text }], campusContracts)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  return loaded
}

interface Around {
  edges?: FoundEdge[]
  known?: string[]
  identities?: ReadonlyMap<string, Identity>
  /** The system that shows the tiles tells no time of them. */
  isTimeless?: boolean
}

/** What these rules, below two connections, take over of what was found. */
export function adopted(text: string, assets: FoundAsset[], around: Around = {}): Adopted {
  const { edges = [], known = [], identities = new Map(), isTimeless = false } = around
  const { catalogue, adoption } = load(text)
  if (adoption === null) throw new Error('there is no rule')
  const adopting = { ...adoption, identities, ...(isTimeless && { contracts: TIMELESS }) }
  return adopt(catalogue, adopting, { assets, edges }, { now: NOW, known: new Set(known) })
}

/** An asset of what it came to. */
export const assetOf = ({ catalogue }: Adopted, key: string): CatalogueAsset | undefined =>
  catalogue.assets.find((asset) => asset.key === key)
