import type { FileOrigin } from './landing-row.ts'

/**
 * Where the copy of a file goes below a place, `<bucket>/<folder>`: by its connection, bucket, folders and version, under its own name. The same
 * version has the same place, another one another.
 */
export function copyTarget(place: string, { source, bucket, key, version }: FileOrigin): string {
  const name = key.slice(key.lastIndexOf('/') + 1)
  const folders = key.slice(0, key.length - name.length)
  const parts = [place.replaceAll(/^\/+|\/+$/g, ''), source, ...(bucket === '' ? [] : [bucket])]
  return `${parts.join('/')}/${folders}${encodeURIComponent(version)}/${name}`
}
