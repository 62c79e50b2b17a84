import type { Sql } from '#lib/db/context.ts'
import { assetsByKey, loadPushedDatasets } from '#lib/db/push/push-datasets.ts'
import { listPushConnections } from '#lib/db/push/push-runs.ts'
import { type IdentityIndex, resolveIdentity } from '#lib/domain/lineage/identity.ts'
import { connectionOfNamespace, type PushConnection } from '#lib/domain/push/pushed-run.ts'
import { type DataName, dataKey } from '#lib/domain/push/told-run.ts'
import { pushedPath } from './found-data.ts'

/** Which asset is meant by a name; null: none of the catalogue, or `ambiguous` says between which it cannot be told. */
export interface Named {
  key: string | null
  ambiguous: string | null
}

/**
 * Says of names of data which assets they mean: the key itself, else by the identity of connections, else by another name of the same data, else what was found
 * under that name and taken over.
 */
export class NamedAssets {
  readonly #named = new Map<string, Named>()
  readonly #ids = new Map<string | null, Map<string, number>>()

  /** Looks names up, and their assets as far as each of the audiences sees them. */
  static async of(sql: Sql, index: IdentityIndex, names: readonly DataName[], audiences: readonly (string | null)[]): Promise<NamedAssets> {
    const made = new NamedAssets()
    const connections = await listPushConnections(sql)
    const asFound = new Map(names.map((one) => [dataKey(one), foundKey(one, connections)]))
    const asKeys = await assetsByKey(sql, [...names.map(toKey), ...[...asFound.values()].flatMap((key) => key ?? [])], null)
    const known = new Map((await loadPushedDatasets(sql, names)).map((one) => [dataKey(one), one.facets.aliases?.value ?? []]))
    for (const one of names) {
      const own = asKeys.has(toKey(one)) ? { key: toKey(one), ambiguous: null } : resolve(one, known.get(dataKey(one)) ?? [], index)
      const found = asFound.get(dataKey(one)) ?? null
      const isFound = own.key === null && own.ambiguous === null && found !== null && asKeys.has(found)
      made.#named.set(dataKey(one), isFound ? { key: found, ambiguous: null } : own)
    }
    const keys = [...made.#named.values()].flatMap(({ key }) => key ?? [])
    for (const audience of new Set(audiences)) made.#ids.set(audience, await assetsByKey(sql, keys, audience))
    return made
  }

  named(data: string): Named {
    return this.#named.get(data) ?? { key: null, ambiguous: null }
  }

  /** The asset that is meant, if whoever told it may tell about that. */
  idOf(data: string, audience: string | null): number | null {
    const { key } = this.named(data)
    return key === null ? null : (this.#ids.get(audience)?.get(key) ?? null)
  }
}

function foundKey(name: DataName, connections: readonly PushConnection[]): string | null {
  const connection = connectionOfNamespace(name.namespace, connections)
  return connection === null ? null : `${connection}/${pushedPath(name)}`
}

function toKey({ namespace, name }: DataName): string {
  return `${namespace}/${name}`
}

function resolve(own: DataName, aliases: readonly DataName[], index: IdentityIndex): Named {
  const found = resolveIdentity(own, index)
  if (found.key !== null || found.ambiguous !== null) return found
  const others = aliases.map((alias) => resolveIdentity(alias, index))
  return others.find(({ key }) => key !== null) ?? others.find(({ ambiguous }) => ambiguous !== null) ?? found
}
