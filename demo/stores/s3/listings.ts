import { element, type S3Answer, xml } from './answer.ts'
import { type Bucket, current, keysOf } from './buckets.ts'
import type { S3Control } from './control.ts'

const iso = (at: number) => new Date(at).toISOString()

/** As S3 encodes keys in listings: a blank is a plus. */
function encoder(query: URLSearchParams, control: S3Control): (text: string) => string {
  if (query.get('encoding-type') !== 'url' || !control.encodesKeys) return (text) => text
  if (control.take('odd-names')) return (text) => `100%${text}`
  return (text) => encodeURIComponent(text).replaceAll('%20', '+').replaceAll('%2F', '/')
}

export function listBuckets(buckets: Iterable<Bucket>): S3Answer {
  const inside = [...buckets].map(({ name }) => `<Bucket>${element('Name', name)}${element('CreationDate', iso(0))}</Bucket>`)
  return xml('ListAllMyBucketsResult', `<Owner>${element('ID', 'owner')}</Owner><Buckets>${inside.join('')}</Buckets>`)
}

interface Page {
  contents: string[]
  prefixes: string[]
  /** Where the next one begins; null: this is the last. */
  next: string | null
}

function pageOf(bucket: Bucket, query: URLSearchParams, size: number): Page {
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const after = Buffer.from(query.get('continuation-token') ?? query.get('start-after') ?? '')
  const shown = keysOf(bucket).flatMap((key) => {
    if (!key.startsWith(prefix)) return []
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    return end === -1 ? key : key.slice(0, end + 1)
  })
  const names = [...new Set(shown)].filter((name) => Buffer.compare(Buffer.from(name), after) > 0)
  const page = names.slice(0, size)
  const isFolder = (name: string) => delimiter !== '' && name.indexOf(delimiter, prefix.length) !== -1
  const next = names.length > size ? (page.at(-1) ?? null) : null
  return { contents: page.filter((name) => !isFolder(name)), prefixes: page.filter(isFolder), next }
}

/** ListObjectsV2. */
export function listObjects(bucket: Bucket, query: URLSearchParams, control: S3Control): S3Answer {
  const encode = encoder(query, control)
  const size = Math.min(Number(query.get('max-keys') ?? 1_000), control.keysPerPage)
  const page = pageOf(bucket, query, size)
  const contents = page.contents.flatMap((key) => {
    const object = current(bucket, key)
    if (object === undefined) return []
    const told = [
      element('LastModified', iso(object.modifiedAt)),
      element('ETag', `"${object.etag}"`),
      element('Size', object.content.length),
    ]
    return `<Contents>${element('Key', encode(key))}${told.join('')}${element('StorageClass', 'STANDARD')}</Contents>`
  })
  const prefixes = page.prefixes.map((prefix) => `<CommonPrefixes>${element('Prefix', encode(prefix))}</CommonPrefixes>`)
  const count = contents.length + prefixes.length
  if (control.take('short-listing')) contents.pop()
  const isEndless = control.take('endless-listing')
  const inside = [
    element('Name', bucket.name),
    element('Prefix', encode(query.get('prefix') ?? '')),
    element('KeyCount', count),
    element('MaxKeys', size),
    element('IsTruncated', isEndless || page.next !== null),
    page.next === null ? '' : element('NextContinuationToken', page.next),
    query.get('encoding-type') === 'url' && control.encodesKeys ? element('EncodingType', 'url') : '',
    ...contents,
    ...prefixes,
  ]
  return xml('ListBucketResult', inside.join(''))
}

/** ListObjectVersions. */
export function listVersions(bucket: Bucket, query: URLSearchParams, control: S3Control): S3Answer {
  const encode = encoder(query, control)
  const prefix = query.get('prefix') ?? ''
  const all = [...bucket.objects]
    .filter(([key]) => key.startsWith(prefix))
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .flatMap(([key, versions]) => versions.toReversed().map((version, i) => ({ key, version, isLatest: i === 0 })))
  const marker = query.get('version-id-marker')
  const from = marker === null ? 0 : all.findIndex(({ key, version }) => key === query.get('key-marker') && version.id === marker) + 1
  const page = all.slice(from, from + control.keysPerPage)
  const isEndless = control.take('endless-listing')
  const last = isEndless ? all.at(-1) : page.at(-1)
  const isTruncated = (isEndless || from + page.length < all.length) && last !== undefined
  const told = page.map(({ key, version, isLatest }) => {
    const common = `${element('Key', encode(key))}${element('VersionId', version.id)}${element('IsLatest', isLatest)}${element('LastModified', iso(version.modifiedAt))}`
    if (version.isRemoval) return `<DeleteMarker>${common}</DeleteMarker>`
    return `<Version>${common}${element('ETag', `"${version.etag}"`)}${element('Size', version.content.length)}</Version>`
  })
  const next = isTruncated ? element('NextKeyMarker', encode(last.key)) + element('NextVersionIdMarker', last.version.id) : ''
  const encoding = encode(' ') === ' ' ? '' : element('EncodingType', 'url')
  return xml(
    'ListVersionsResult',
    `${element('Name', bucket.name)}${element('IsTruncated', isTruncated)}${next}${encoding}${told.join('')}`,
  )
}
