import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** A place in a store: `landing/sis/terms` is `sis/terms` in the bucket `landing`. */
export interface Place {
  bucket: string
  /** Without a slash at its end; empty: the whole bucket. */
  key: string
}

/** Throws where no bucket is named. */
export function placeOf(path: string): Place {
  const at = path.indexOf('/')
  const bucket = at === -1 ? path : path.slice(0, at)
  if (bucket === '') throw new TidemarkError('invalid', { publicMessage: `"${path}" names no bucket; write one such as landing/incoming.` })
  return { bucket, key: at === -1 ? '' : path.slice(at + 1).replace(/\/+$/, '') }
}

/** What the keys of all files below a place begin with. */
export function prefixOf({ key }: Place): string {
  return key === '' ? '' : `${key}/`
}

/** A key that only says that there is a folder, by its slash or as Hadoop writes it. */
export function isFolderMark(key: string): boolean {
  return key.endsWith('/') || key.endsWith('_$folder$')
}
