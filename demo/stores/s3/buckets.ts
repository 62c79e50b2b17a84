import { createHash, randomBytes } from 'node:crypto'
import type { Instant } from '#lib/domain/time/instant.ts'

/** One content under a key, or the mark that it was removed. */
export interface ObjectVersion {
  id: string
  etag: string
  content: Buffer
  modifiedAt: Instant
  isRemoval: boolean
}

export interface Bucket {
  name: string
  region: string
  keepsVersions: boolean
  /** Of each key, the newest last. */
  objects: Map<string, ObjectVersion[]>
  /** Parts by the upload they belong to. */
  uploads: Map<string, { key: string; parts: Map<number, Buffer> }>
  /** The keys of what is there now, in the order of listings; null: to be put in order again. */
  sorted: string[] | null
}

export function makeBucket(name: string, region: string): Bucket {
  return { name, region, keepsVersions: false, objects: new Map(), uploads: new Map(), sorted: null }
}

export function md5(content: Uint8Array | string): string {
  return createHash('md5').update(content).digest('hex')
}

export function putObject(bucket: Bucket, key: string, content: Buffer, modifiedAt: Instant, etag = md5(content)): ObjectVersion {
  const id = bucket.keepsVersions ? randomBytes(12).toString('base64url') : 'null'
  // By this store's clock, in whole seconds.
  const version = { id, etag, content, modifiedAt: modifiedAt - (modifiedAt % 1000), isRemoval: false }
  const before = bucket.keepsVersions ? (bucket.objects.get(key) ?? []) : []
  bucket.sorted = null
  bucket.objects.set(key, [...before, version])
  return version
}

export function removeObject(bucket: Bucket, key: string, modifiedAt: Instant): void {
  const before = bucket.objects.get(key)
  if (before === undefined) return
  bucket.sorted = null
  const mark = { id: randomBytes(12).toString('base64url'), etag: '', content: Buffer.alloc(0), modifiedAt, isRemoval: true }
  if (bucket.keepsVersions) bucket.objects.set(key, [...before, mark])
  else bucket.objects.delete(key)
}

/** The content that is there now. */
export function current(bucket: Bucket, key: string): ObjectVersion | undefined {
  const last = bucket.objects.get(key)?.at(-1)
  return last?.isRemoval === true ? undefined : last
}

/** The keys of what is there now, in the order in which S3 lists them: by the bytes of UTF-8. */
export function keysOf(bucket: Bucket): string[] {
  bucket.sorted ??= [...bucket.objects.keys()].filter((key) => current(bucket, key) !== undefined).sort(byBytes)
  return bucket.sorted
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
