import { randomBytes } from 'node:crypto'
import type { Instant } from '#lib/domain/time/instant.ts'
import { element, problem, type S3Answer, xml } from './answer.ts'
import { type Bucket, current, md5, type ObjectVersion, putObject } from './buckets.ts'
import type { S3Control } from './control.ts'

/** A request about one object. */
export interface ObjectRequest {
  bucket: Bucket
  key: string
  method: string
  query: URLSearchParams
  header(name: string): string | undefined
  body: Buffer
  at: Instant
  bucketNamed(name: string): Bucket | undefined
}

const quoted = (etag: string) => `"${etag}"`

export function answerObject(request: ObjectRequest, control: S3Control): S3Answer {
  const { method, query } = request
  if (method === 'POST' && query.has('uploads')) return beginUpload(request)
  if (method === 'POST' && query.has('uploadId')) return completeUpload(request)
  if (method === 'DELETE' && query.has('uploadId')) {
    request.bucket.uploads.delete(query.get('uploadId') ?? '')
    return { status: 204 }
  }
  if (method === 'PUT') return put(request, control)
  return get(request, control)
}

function versionAsked({ bucket, key, query }: Pick<ObjectRequest, 'bucket' | 'key' | 'query'>): ObjectVersion | undefined {
  const id = query.get('versionId')
  return id === null ? current(bucket, key) : bucket.objects.get(key)?.find((version) => version.id === id)
}

const VERSION_ID = /^(null|[\w-]{16})$/

function missing({ hidesMissing }: S3Control, version: string | null): S3Answer {
  if (version !== null && !VERSION_ID.test(version)) return problem(400, 'InvalidArgument', 'Invalid version id specified')
  if (hidesMissing) return problem(403, 'AccessDenied', 'Access Denied')
  return version === null
    ? problem(404, 'NoSuchKey', 'The specified key does not exist.')
    : problem(404, 'NoSuchVersion', 'The specified version does not exist.')
}

function get(request: ObjectRequest, control: S3Control): S3Answer {
  const object = versionAsked(request)
  if (object === undefined) return missing(control, request.query.get('versionId'))
  if (object.isRemoval) return problem(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.')
  const ifMatch = request.header('if-match')
  if (ifMatch !== undefined && ifMatch !== quoted(object.etag))
    return problem(412, 'PreconditionFailed', 'At least one of the pre-conditions did not hold')
  const from = control.take('ignores-range') ? undefined : /^bytes=(\d+)-$/.exec(request.header('range') ?? '')?.[1]
  const content = object.content.subarray(Number(from ?? 0))
  const headers = {
    'content-type': 'binary/octet-stream',
    'content-length': String(content.length),
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    etag: quoted(object.etag),
    ...(request.bucket.keepsVersions && { 'x-amz-version-id': object.id }),
    ...(from !== undefined && { 'content-range': `bytes ${from}-${object.content.length - 1}/${object.content.length}` }),
  }
  const answer: S3Answer = { status: from === undefined ? 200 : 206, headers, body: content }
  if (request.method === 'HEAD') return answer
  if (control.take('cut-body')) return { ...answer, cutAfter: Math.floor(content.length / 2) }
  return control.take('silent-body') ? { ...answer, silentAfter: Math.floor(content.length / 2) } : answer
}

function put(request: ObjectRequest, control: S3Control): S3Answer {
  const { bucket, key, query, at } = request
  const source = request.header('x-amz-copy-source')
  const content = source === undefined ? plainBody(request) : copied(request, source, control)
  if (!Buffer.isBuffer(content)) return content
  const upload = bucket.uploads.get(query.get('uploadId') ?? '')
  if (upload !== undefined) {
    upload.parts.set(Number(query.get('partNumber')), content)
    if (source !== undefined) return xml('CopyPartResult', element('ETag', quoted(md5(content))))
    return { status: 200, headers: { etag: quoted(md5(content)) } }
  }
  if (source !== undefined && content.length > COPY_BYTES_MAX)
    return problem(
      400,
      'InvalidRequest',
      'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
    )
  const version = putObject(bucket, key, content, at)
  if (source !== undefined)
    return xml('CopyObjectResult', element('LastModified', new Date(at).toISOString()) + element('ETag', quoted(version.etag)))
  return { status: 200, headers: { etag: quoted(version.etag), ...(bucket.keepsVersions && { 'x-amz-version-id': version.id }) } }
}

const COPY_BYTES_MAX = 5_368_709_120

function copied(request: ObjectRequest, source: string, control: S3Control): Buffer | S3Answer {
  const [path = '', query = ''] = source.split('?')
  const [name = '', ...parts] = decodeURIComponent(path).replace(/^\//, '').split('/')
  const bucket = request.bucketNamed(name)
  const asked = new URLSearchParams(query)
  const object = bucket && versionAsked({ bucket, key: parts.join('/'), query: asked })
  if (object === undefined) return missing(control, asked.get('versionId'))
  const ifMatch = request.header('x-amz-copy-source-if-match')
  if (ifMatch !== undefined && ifMatch !== quoted(object.etag))
    return problem(412, 'PreconditionFailed', 'At least one of the pre-conditions did not hold')
  if (control.take('error-in-200')) return { ...problem(200, 'InternalError', 'We encountered an internal error. Please try again.') }
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.header('x-amz-copy-source-range') ?? '')
  return range === null ? object.content : object.content.subarray(Number(range[1]), Number(range[2]) + 1)
}

/** What was sent; the framing of signed pieces is taken off. */
function plainBody({ header, body }: ObjectRequest): Buffer {
  if (!/^STREAMING-/.test(header('x-amz-content-sha256') ?? '')) return body
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf('\r\n', at)
    const size = Number.parseInt(body.subarray(at, end).toString('latin1'), 16)
    if (!(size > 0)) break
    pieces.push(body.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
  return Buffer.concat(pieces)
}

function beginUpload({ bucket, key }: ObjectRequest): S3Answer {
  const id = randomBytes(12).toString('base64url')
  bucket.uploads.set(id, { key, parts: new Map() })
  return xml('InitiateMultipartUploadResult', element('Bucket', bucket.name) + element('Key', key) + element('UploadId', id))
}

function completeUpload({ bucket, key, query, body, at }: ObjectRequest): S3Answer {
  const id = query.get('uploadId') ?? ''
  const upload = bucket.uploads.get(id)
  if (upload === undefined) return problem(404, 'NoSuchUpload', 'The specified upload does not exist.')
  const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number))
  const parts = named.map((number) => upload.parts.get(number))
  if (parts.some((part) => part === undefined) || named.some((number, i) => i > 0 && number <= (named[i - 1] ?? 0)))
    return problem(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.')
  const whole = parts.flatMap((part) => part ?? [])
  // The sum of the parts' sums: no checksum of the content.
  const etag = `${md5(Buffer.concat(whole.map((part) => Buffer.from(md5(part), 'hex'))))}-${whole.length}`
  putObject(bucket, key, Buffer.concat(whole), at, etag)
  bucket.uploads.delete(id)
  return xml('CompleteMultipartUploadResult', element('Bucket', bucket.name) + element('Key', key) + element('ETag', quoted(etag)))
}
