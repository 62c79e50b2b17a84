import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { placeOf, prefixOf } from './place.ts'
import type { Store } from './store.ts'

/** The files below a place, as the store lists them. */
export async function* listFiles(store: Pick<Store, 'pages'>, where: string): AsyncGenerator<StoredFile> {
  const place = placeOf(where)
  for await (const { files } of store.pages(place.bucket, prefixOf(place))) yield* files
}
