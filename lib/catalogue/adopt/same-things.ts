import { placeAssets } from '#lib/catalogue/resolve/placed-assets.ts'
import type { CatalogueDocument } from '#lib/catalogue/schema/document.ts'
import type { OutsideName } from '#lib/domain/lineage/identity.ts'
import { jobKey } from '#lib/domain/runs/external-run.ts'
import type { FoundAsset } from './adoption.ts'

/** The label under which a connector tells what a thing is called where it lies: dbt of its models, which are tables of the warehouse. */
export const CALLED = 'relation'

/** Of what is found and in no catalogue itself, the asset of another connection that it is, by its own key: the one that others call so. */
export function sameThings(
  found: readonly FoundAsset[],
  assets: { has(key: string): boolean },
  named: (outside: OutsideName) => string | null,
): Map<string, string> {
  const same = new Map<string, string>()
  for (const { connection, path, labels } of found) {
    const [own, name] = [`${connection}/${path}`, labels[CALLED]]
    const key = name === undefined || assets.has(own) ? null : named({ name })
    if (key !== null) same.set(own, key)
  }
  return same
}

/** Whoever tells that a job of theirs writes a thing tells it of the asset that it is, unless something is said there. */
export function nameWriters(document: CatalogueDocument, found: readonly FoundAsset[], same: ReadonlyMap<string, string>): void {
  const jobs = new Map<string, string>()
  for (const { connection, path, job } of found) {
    const key = same.get(`${connection}/${path}`)
    if (key !== undefined && job != null && job.trim() !== '') jobs.set(key, jobKey(connection, job))
  }
  for (const { key, feed } of placeAssets(document)) {
    const job = jobs.get(key)
    if (job !== undefined) feed.written.assets[key] = { job, ...feed.written.assets[key] }
  }
}
