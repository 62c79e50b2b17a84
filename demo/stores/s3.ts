import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from '#demo/campus/listen.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { type Clock, systemClock } from '#lib/platform/clock.ts'
import { element, problem, type S3Answer, xml } from './s3/answer.ts'
import { type Bucket, makeBucket, type ObjectVersion, putObject, removeObject } from './s3/buckets.ts'
import { S3Control } from './s3/control.ts'
import { listBuckets, listObjects, listVersions } from './s3/listings.ts'
import { answerObject } from './s3/objects.ts'
import { PretendQueue, refusal } from './s3/queue.ts'
import { type AwsCredentials, verify } from './s3/signed.ts'
import { createdEvent } from './s3/told.ts'

export interface PretendS3 {
  url: string
  region: string
  queueUrl: string
  key: AwsCredentials
  role: string
  control: S3Control
  queue: PretendQueue
  bucket(name: string): Bucket
  /** Writes an object and tells the queue of it. */
  put(bucket: string, key: string, content: string | Buffer, at?: Instant): ObjectVersion
  remove(bucket: string, key: string): void
  close(): Promise<void>
}

const REGION = 'eu-central-1'
const KEY: AwsCredentials = { accessKeyId: 'AKIAPRETEND000000001', secretAccessKey: 'pretend/secret+key' }
const OF_ROLE: AwsCredentials = {
  accessKeyId: 'ASIAPRETEND000000002',
  secretAccessKey: 'pretend/role+key',
  sessionToken: 'pretend-session',
}
const ROLE = 'arn:aws:iam::111122223333:role/tidemark'

/** A store that speaks S3, its queue (SQS) and who gives roles (STS) behind one address: signatures, versions, pages, parts, and bad manners. */
export async function startS3({ clock, port }: { clock: Clock; port?: number }): Promise<PretendS3> {
  const control = new S3Control()
  const buckets = new Map<string, Bucket>()
  const queue = new PretendQueue(clock, control)
  const world: World = { clock, control, buckets, queue }
  const server = createServer((request, response) => {
    answer(request, world).then(
      (given) => send(response, given, control),
      () => response.destroy(),
    )
  })
  const listening = await listen(server, port)
  const url = `http://127.0.0.1:${listening.port}`
  const bucket = (name: string) => {
    const known = buckets.get(name) ?? makeBucket(name, REGION)
    buckets.set(name, known)
    return known
  }
  return {
    url,
    region: REGION,
    queueUrl: `${url}${queue.path}`,
    key: KEY,
    role: ROLE,
    control,
    queue,
    bucket,
    put(name, key, content, at = clock.now()) {
      const version = putObject(bucket(name), key, Buffer.from(content), at)
      queue.send(createdEvent(bucket(name), key, version))
      return version
    },
    remove: (name, key) => removeObject(bucket(name), key, clock.now()),
    close: () => listening.close(),
  }
}

interface World {
  clock: Clock
  control: S3Control
  buckets: Map<string, Bucket>
  queue: PretendQueue
}

async function answer(request: IncomingMessage, world: World): Promise<S3Answer> {
  const { control, clock, buckets, queue } = world
  const body = await buffer(request)
  const url = new URL(request.url ?? '/', 'http://s3')
  const target = [request.headers['x-amz-target'] ?? ''].flat().join('')
  control.note(target || `${request.method} ${request.url}`)
  const clockOfServer: Clock = { ...systemClock, now: () => systemClock.now() + control.clockAheadMs }
  const signed = verify(request, body, clockOfServer, [KEY, OF_ROLE])
  if (!signed.ok)
    return target === '' ? problem(403, signed.code, 'The request is refused.') : refusal(signed.code, 'The request is refused.', 403)
  const fault = misbehave(control, target !== '')
  if (fault !== null) return fault
  if (target !== '') return queue.answer(target, JSON.parse(body.toString()))
  if (signed.service === 'sts') return assumeRole(new URLSearchParams(body.toString()))
  const [name = '', ...parts] = decodeURIComponent(url.pathname).slice(1).split('/')
  if (name === '') return listBuckets(buckets.values())
  const bucket = buckets.get(name)
  if (bucket === undefined) return problem(404, 'NoSuchBucket', 'The specified bucket does not exist')
  if (bucket.region !== signed.region)
    return problem(301, 'PermanentRedirect', 'The bucket you are attempting to access must be addressed using the specified endpoint.', {
      'x-amz-bucket-region': bucket.region,
    })
  const key = parts.join('/')
  if (key === '') return ofBucket(bucket, url.searchParams, control)
  const header = (one: string) => [request.headers[one] ?? []].flat()[0]
  const asked = { bucket, key, method: request.method ?? 'GET', query: url.searchParams, header, body, at: clock.now() }
  return answerObject({ ...asked, bucketNamed: (one) => buckets.get(one) }, control)
}

function ofBucket(bucket: Bucket, query: URLSearchParams, control: S3Control): S3Answer {
  if (query.has('versioning')) return xml('VersioningConfiguration', bucket.keepsVersions ? element('Status', 'Enabled') : '')
  if (query.has('versions')) return listVersions(bucket, query, control)
  const listing = listObjects(bucket, query, control)
  return control.take('cut-listing') ? { ...listing, cutAfter: 200 } : listing
}

/** What goes wrong before anything is looked at. */
function misbehave(control: S3Control, isQueue: boolean): S3Answer | null {
  const refuse = (status: number, code: string, headers = {}) =>
    isQueue ? { ...refusal(code, 'no', status), headers } : problem(status, code, 'no', headers)
  if (control.take('down')) return { status: 0 }
  if (control.take('silent')) return { status: 200, silentAfter: 0, body: 'x' }
  if (control.take('slow-down')) return refuse(503, isQueue ? 'RequestThrottled' : 'SlowDown')
  if (control.take('server-error')) return refuse(500, 'InternalError')
  if (control.take('denied')) return refuse(403, isQueue ? 'AccessDeniedException' : 'AccessDenied')
  if (control.take('moving')) return refuse(307, 'TemporaryRedirect', { location: 'http://elsewhere.example/' })
  if (control.take('html-page'))
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title><p>Welcome' }
  return null
}

function assumeRole(form: URLSearchParams): S3Answer {
  if (form.get('Action') !== 'AssumeRole' || form.get('RoleArn') !== ROLE || form.get('ExternalId') === 'wrong')
    return {
      status: 403,
      body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>',
    }
  const told = [
    element('AccessKeyId', OF_ROLE.accessKeyId),
    element('SecretAccessKey', OF_ROLE.secretAccessKey),
    element('SessionToken', OF_ROLE.sessionToken ?? ''),
    element('Expiration', new Date(systemClock.now() + HOUR_MS).toISOString()),
  ]
  return xml('AssumeRoleResponse', `<AssumeRoleResult><Credentials>${told.join('')}</Credentials></AssumeRoleResult>`)
}

function send(response: ServerResponse, given: S3Answer, control: S3Control): void {
  const { status, headers = {}, body = '', cutAfter, silentAfter } = given
  if (status === 0) return void response.destroy()
  const bytes = Buffer.from(body)
  const date = new Date(systemClock.now() + control.clockAheadMs).toUTCString()
  const length = status === 204 ? undefined : { 'content-length': headers['content-length'] ?? String(bytes.length) }
  const isHead = response.req.method === 'HEAD'
  if (silentAfter === 0) return
  response.writeHead(status, { date, ...headers, ...length })
  if (isHead) return void response.end()
  const upTo = cutAfter ?? silentAfter
  if (upTo === undefined) return void response.end(bytes)
  response.write(bytes.subarray(0, upTo), () => silentAfter === undefined && response.destroy())
}
