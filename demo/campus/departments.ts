import { mkdir } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Clock } from '#lib/platform/clock.ts'
import { type Credential, type DepartmentAnswer, departmentAnswer, HABITS } from './departments/answers.ts'
import { isDatasetName } from './departments/datasets.ts'
import { answerDropBox } from './departments/drop-box.ts'
import { DepartmentFaults } from './departments/faults.ts'
import { listen } from './listen.ts'

interface DepartmentsOptions {
  clock: Clock
  folder: string
  port?: number
}

export interface Departments {
  /** `<url>/api/<department>/<dataset>` and `<url>/drop-box/<path>`. */
  url: string
  credentials: { user: string; password: string; token: string; keyHeader: string; key: string }
  folder: string
  faults: DepartmentFaults
  requests(): number
  close(): Promise<void>
}

const CREDENTIALS = {
  user: 'tidemark',
  password: 'pretend-departments',
  token: 'pretend-token',
  keyHeader: 'x-api-key',
  key: 'pretend-department-key',
}
const ANSWERS: Partial<Record<string, DepartmentAnswer>> = {
  'server-error': { status: 503, headers: { 'content-type': 'text/plain' }, body: 'No capacity.' },
  unauthorized: { status: 401, headers: { 'content-type': 'application/json' }, body: '{"error":"unauthorized"}' },
  'html-page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><html><h1>Sign in</h1></html>' },
  'error-in-200': {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"error":{"code":17,"message":"database is away"},"data":[]}',
  },
  'redirect-elsewhere': { status: 302, headers: { location: 'http://elsewhere.invalid/login' }, body: '' },
}

/** Starts the departments' HTTP servers, all on one port of the loopback address. */
export async function startDepartments(options: DepartmentsOptions): Promise<Departments> {
  const faults = new DepartmentFaults()
  await mkdir(options.folder, { recursive: true })
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    answer(request, response, options, faults).catch(() => response.destroy())
  })
  const { port, close } = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}`,
    credentials: CREDENTIALS,
    folder: options.folder,
    faults,
    requests: () => requests,
    close,
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { clock, folder }: DepartmentsOptions,
  faults: DepartmentFaults,
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
  if (faults.take('down')) return void response.destroy()
  const slow = faults.take('slow')
  if (slow) await clock.sleep(slow.waitMs ?? 1000)
  const rude = rudeAnswer(url, faults)
  if (rude) return send(request, response, rude, faults)
  const [, area = '', rest = ''] = /^\/([^/]+)\/(.*)$/.exec(url.pathname) ?? []
  if (area === 'drop-box')
    return isAllowed(request, 'bearer') ? answerDropBox(request, response, rest, { folder, clock, faults }) : refuse(response)
  if (area !== 'api' || !isDatasetName(rest)) return send(request, response, { status: 404, headers: {}, body: 'Not here.' }, faults)
  if (!isAllowed(request, HABITS[rest].credential)) return refuse(response)
  if (request.method === 'HEAD' && faults.take('no-head')) return void response.writeHead(405, { allow: 'GET' }).end()
  return send(request, response, departmentAnswer(rest, url, clock.now(), faults), faults)
}

function rudeAnswer(url: URL, faults: DepartmentFaults): DepartmentAnswer | undefined {
  const many = faults.take('too-many-requests')
  if (many) return { status: 429, headers: { 'retry-after': many.retryAfter ?? '2' }, body: '' }
  const isLater = /[?&](page=[2-9]|offset=[1-9]|cursor=.)/.test(url.search)
  if (isLater && faults.take('later-page-fails')) return ANSWERS['server-error']
  const rude = faults.take('server-error', 'unauthorized', 'html-page', 'error-in-200', 'redirect-elsewhere')
  return rude === undefined ? undefined : ANSWERS[rude.kind]
}

function isAllowed(request: IncomingMessage, credential: Credential): boolean {
  const { user, password, token, keyHeader, key } = CREDENTIALS
  const { authorization } = request.headers
  if (credential === 'basic') return authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  if (credential === 'bearer') return authorization === `Bearer ${token}`
  return credential === 'none' || request.headers[keyHeader] === key
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"unauthorized"}')
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: DepartmentAnswer,
  faults: DepartmentFaults,
): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  if (request.method === 'HEAD') return void response.end()
  if (faults.take('cut-body')) return void response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy())
  response.end(bytes)
}
