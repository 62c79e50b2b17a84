import { z } from 'zod'
import { fitsGlob } from '#lib/catalogue/adopt/path-glob.ts'
import type { Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { checkName, hasMarks, matchName } from '#lib/domain/values/name-template.ts'
import { type Place, placeOf, prefixOf } from './place.ts'
import { storeAssetSettings } from './settings.ts'
import type { Store } from './store.ts'

const AT_ONCE = 8
/** A store lists by name, so that the newest is known when all have been seen. */
const FILES_MAX = 500_000
const WARNINGS_MAX = 3

const previousState = z.object({ key: z.string(), version: z.string(), modifiedAt: z.number() })

interface Newest {
  file: StoredFile | null
  count: number
  /** Empty files, the newest first: they do not count. */
  empty: StoredFile[]
}

/** Looks at each asset: when the newest file of it was written. `strength`: what the store's own time of a file is worth. */
export function observeStore(
  connection: Connection<unknown>,
  store: Store,
  assets: readonly ObservedAsset[],
  strength: 'strong' | 'weak',
): AsyncGenerator<Observation> {
  return probeEach(connection, assets, (asset) => look(store, asset, strength), AT_ONCE)
}

async function look(store: Store, asset: ObservedAsset, strength: 'strong' | 'weak'): Promise<Probe> {
  const { match, pickedUp = false } = storeAssetSettings.parse(asset.settings)
  const place = placeOf(asset.path)
  const newest = await newestOf(store, place, match)
  const { file } = newest
  const parsed = previousState.safeParse(asset.previous)
  const previous = parsed.success ? parsed.data : null
  const warnings = newest.empty
    .filter(({ modifiedAt }) => file === null || modifiedAt > file.modifiedAt)
    .slice(0, WARNINGS_MAX)
    .map(({ key }) => `${key} is empty and does not count`)
  const seen = (detail: string, readings: Probe['readings'], state: Probe['state']): Probe => {
    return { readings, rows: null, evidence: { method: 'metadata', strength, detail }, state, warnings }
  }
  if (pickedUp && previous !== null && (file === null || file.modifiedAt < previous.modifiedAt))
    return seen('No newer file is there: receivers take them away.', [], previous)
  if (file !== null) {
    const among = newest.count === 1 ? '' : `, the newest of ${newest.count} files,`
    const readings: Probe['readings'] = [{ clock: 'writtenAt', at: file.modifiedAt, precision: 'instant' }]
    return seen(`${file.key}${among} has ${file.bytes} bytes.`, readings, {
      key: file.key,
      version: file.version,
      modifiedAt: file.modifiedAt,
    })
  }
  if (previous !== null && newest.empty.length === 0) throw wentAway(store, asset.path)
  const readings: Probe['readings'] = pickedUp ? [] : [{ clock: 'writtenAt', at: null, precision: 'instant' }]
  return seen('No file is there.', readings, previous)
}

async function newestOf(store: Store, place: Place, match: string | undefined): Promise<Newest> {
  if (hasMarks(place.key)) return newestByTemplate(store, place)
  const prefix = prefixOf(place)
  const fits = (key: string) => match === undefined || fitsGlob(match, key.slice(prefix.length))
  const below = await newestIn(filesBelow(store, place.bucket, prefix, false, fits))
  if (below.count > 0 || match !== undefined || place.key === '') return below
  return newestIn((await fileAt(store, place)).values())
}

function newestByTemplate(store: Store, { bucket, key }: Place): Promise<Newest> {
  const [problem] = checkName(key)
  if (problem !== undefined) throw new TidemarkError('invalid', { publicMessage: `"${key}" cannot be the name of a file: ${problem}.` })
  const folder = key.slice(0, key.lastIndexOf('/') + 1)
  const name = key.slice(folder.length)
  const begin = `${folder}${name.slice(0, name.indexOf('{'))}`
  return newestIn(filesBelow(store, bucket, begin, true, (found) => matchName(name, found.slice(folder.length)) !== null))
}

async function fileAt(store: Store, { bucket, key }: Place): Promise<StoredFile[]> {
  for await (const { files, folders } of store.pages(bucket, key, { isFlat: true, perPage: 1 })) {
    // No other name that begins so comes before it.
    if (files.length > 0 || folders.length > 0) return files.filter((file) => file.key === key)
  }
  return []
}

async function* filesBelow(
  store: Store,
  bucket: string,
  prefix: string,
  isFlat: boolean,
  fits: (key: string) => boolean,
): AsyncGenerator<StoredFile> {
  let listed = 0
  for await (const { files } of store.pages(bucket, prefix, { isFlat })) {
    listed += files.length
    if (listed > FILES_MAX) {
      const what = `${store.system} has more than ${FILES_MAX.toLocaleString('en')} files below ${bucket}/${prefix}`
      throw new TidemarkError('invalid', { publicMessage: `${what}: too many to look through for the newest. Name a deeper path.` })
    }
    yield* files.filter(({ key }) => fits(key))
  }
}

async function newestIn(files: AsyncIterable<StoredFile> | Iterable<StoredFile>): Promise<Newest> {
  const newest: Newest = { file: null, count: 0, empty: [] }
  for await (const file of files) {
    newest.count += 1
    if (file.bytes > 0) newest.file = newest.file === null || file.modifiedAt >= newest.file.modifiedAt ? file : newest.file
    else newest.empty = [file, ...newest.empty].sort((one, other) => other.modifiedAt - one.modifiedAt).slice(0, WARNINGS_MAX)
  }
  return newest
}

/** Files were there: unlike one yet to come, their absence is an answer that lasts. */
function wentAway({ system }: Store, path: string): TidemarkError {
  return new TidemarkError('not-found', {
    publicMessage: `${system} has no ${path} any more: no file is there. If receivers take files away, set pickedUp.`,
    lasting: 'gone',
  })
}
