import type { Catalog } from '#lib/connectors/dbt/artifacts/catalog.ts'
import type { CloudRun } from './api.ts'
import { Kept } from './kept.ts'

/** By the key of their run, whose artifacts stay as they are. A catalog is large. */
const catalogs = new Kept<Catalog>(2)
const withoutCatalog = new Kept<true>(1000)

/** The catalog of the first of these runs that has one; null: none of them generated docs. */
export async function newestCatalog(
  runs: readonly CloudRun[],
  keyOf: (run: CloudRun) => string,
  read: (run: CloudRun) => Promise<Catalog | null>,
): Promise<Catalog | null> {
  for (const run of runs) {
    const key = keyOf(run)
    if (withoutCatalog.has(key)) continue
    const catalog = catalogs.get(key) ?? (await read(run))
    if (catalog !== null) {
      catalogs.keep(key, catalog)
      return catalog
    }
    // Otherwise they are being stored.
    if (run.artifacts_saved === true) withoutCatalog.keep(key, true)
  }
  return null
}
