import type { Found } from '#lib/connectors/kit/connector.ts'
import type { Store } from './store.ts'

const DEPTH_MAX = 4
const FOUND_MAX = 2_000
/** Of a folder so many pages are looked through. */
const PAGES_MAX = 10
/** `date=2026-11-20`, `2026`, `2026-11-20`: folders that come one after the other, and are one source together. */
const PART_NAME = /^(\w+=.*|\d{2,8}|\d{4}-\d{2}(-\d{2})?)$/

/** Folders with files in them, as sources; of folders that are named by dates the one above them. */
export async function* discoverFolders(store: Store, buckets: readonly string[]): AsyncGenerator<Found> {
  let found = 0
  for (const bucket of buckets) {
    for await (const prefix of foldersBelow(store, bucket, '', 0)) {
      // Braces would be read as marks of a name that changes.
      if (/[{}]/.test(prefix)) continue
      yield toFound(bucket, prefix)
      found += 1
      if (found === FOUND_MAX) return
    }
  }
}

async function* foldersBelow(store: Store, bucket: string, prefix: string, depth: number): AsyncGenerator<string> {
  const folders: string[] = []
  let hasFiles = false
  let pages = 0
  for await (const page of store.pages(bucket, prefix, { isFlat: true })) {
    hasFiles ||= page.files.length > 0
    folders.push(...page.folders)
    pages += 1
    if (pages === PAGES_MAX) break
  }
  const others = folders.filter((folder) => !PART_NAME.test(folder.slice(prefix.length, -1)))
  if (hasFiles || others.length < folders.length) yield prefix
  if (depth < DEPTH_MAX) for (const folder of others) yield* foldersBelow(store, bucket, folder, depth + 1)
}

function toFound(bucket: string, prefix: string): Found {
  const folder = prefix.replace(/\/$/, '')
  const name = folder.slice(folder.lastIndexOf('/') + 1) || bucket
  return {
    path: folder === '' ? bucket : `${bucket}/${folder}`,
    kind: 'source',
    name,
    settings: {},
    upstream: [],
    policy: null,
    group: bucket,
    labels: { bucket, folder },
  }
}
