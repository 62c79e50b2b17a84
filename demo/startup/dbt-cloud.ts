import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { cut } from '#demo/campus/answer.ts'
import { listen } from '#demo/campus/listen.ts'
import { type CloudRun, shownRun } from './dbt-cloud-runs.ts'

type Json = Record<string, unknown>

/** What it can do wrong, for so many requests. */
export type CloudFault =
  | { kind: 'too-many'; retryAfter: string }
  | { kind: 'cut-off' | 'error-in-200' | 'half-a-page' | 'server-error' | 'html-page' }

const PAGE_MAX = 100
/** A stand-in for dbt Cloud's administrative API, v2: runs with their pages, artifacts by step, and its ways of saying no. */
export class DbtCloud {
  readonly account: number
  readonly token: string
  readonly runs: CloudRun[] = []
  readonly requests: string[] = []
  #faults: CloudFault[] = []

  constructor(own: { account: number; token: string }) {
    this.account = own.account
    this.token = own.token
  }

  /** The next requests go wrong, one after the other. */
  fail(...faults: CloudFault[]): void {
    this.#faults.push(...faults)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://cloud.invalid')
    this.requests.push(`${request.method} ${url.pathname}${url.search}`)
    const fault = this.#faults.shift()
    if (fault !== undefined && this.#failNow(fault, response)) return
    const told = request.headers.authorization ?? ''
    if (told !== `Bearer ${this.token}` && told !== `Token ${this.token}`) {
      refuse(response, 401, 'Invalid token.')
      return
    }
    const [, account = '', path = ''] = /^\/api\/v2\/accounts\/(\d+)\/(.*)$/.exec(url.pathname) ?? []
    if (Number(account) !== this.account)
      return refuse(response, account === '' ? 404 : 403, 'You do not have permission to perform this action.')
    this.#route(request.method ?? 'GET', path, { url, response, fault })
  }

  /** False where the fault spoils the answer that is given. */
  #failNow(fault: CloudFault, response: ServerResponse): boolean {
    switch (fault.kind) {
      case 'too-many':
        response.setHeader('retry-after', fault.retryAfter)
        refuse(response, 429, 'Too many requests')
        return true
      case 'server-error':
        refuse(response, 503, 'Service unavailable')
        return true
      case 'html-page':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html><body>Scheduled maintenance</body></html>')
        return true
      case 'error-in-200':
        send(response, 200, {
          status: { code: 400, is_success: false, user_message: 'The filter is not known.', developer_message: '' },
          data: null,
        })
        return true
      default:
        return false
    }
  }

  #route(method: string, path: string, asked: { url: URL; response: ServerResponse; fault: CloudFault | undefined }): void {
    const { url, response, fault } = asked
    const [, artifactRun, file] = /^runs\/(\d+)\/artifacts\/(.+)$/.exec(path) ?? []
    const [, run] = /^runs\/(\d+)\/$/.exec(path) ?? []
    // Django sends those who forget the slash to the address that has it.
    if (method === 'GET' && artifactRun !== undefined) this.#artifact(Number(artifactRun), file ?? '', url, response, fault)
    else if (!url.pathname.endsWith('/')) response.writeHead(301, { location: `${url.pathname}/${url.search}` }).end()
    else if (method === 'GET' && path === 'runs/') this.#list(url, response, fault)
    else if (method === 'GET' && run !== undefined) this.#one(Number(run), url, response)
    else refuse(response, 404, 'Not found.')
  }

  #list({ searchParams }: URL, response: ServerResponse, fault: CloudFault | undefined): void {
    const asked = (key: string) => searchParams.get(key)
    const only = (key: string, value: number) => asked(key) === null || Number(asked(key)) === value
    const order = asked('order_by') ?? 'id'
    if (!/^-?(id|created_at|finished_at)$/.test(order)) {
      refuse(response, 400, `Cannot order by ${order}.`)
      return
    }
    const found = this.runs
      .filter(
        (run) =>
          only('job_definition_id', run.job) &&
          only('environment_id', run.environment) &&
          only('project_id', run.project) &&
          only('status', run.status),
      )
      .toSorted((a, b) => (order.startsWith('-') ? b.id - a.id : a.id - b.id))
    const offset = Number(asked('offset') ?? 0)
    const limit = Math.min(PAGE_MAX, Number(asked('limit') ?? PAGE_MAX))
    const page = found.slice(offset, offset + (fault?.kind === 'half-a-page' ? Math.floor(limit / 2) : limit))
    const pagination = { count: page.length, total_count: found.length }
    const filters = Object.fromEntries(searchParams)
    const data = page.map((run) => shownRun(run, asked('include_related')))
    finish(response, { data, extra: { filters, order_by: order, pagination }, status: GOOD }, fault)
  }

  #one(id: number, { searchParams }: URL, response: ServerResponse): void {
    const run = this.runs.find((one) => one.id === id && one.isDeleted !== true)
    if (run === undefined) {
      refuse(response, 404, 'No run matches the given query.')
      return
    }
    send(response, 200, { data: shownRun(run, searchParams.get('include_related')), status: GOOD })
  }

  /** A step's files are those of the target folder when it ended; without a step, when the run ended. */
  #artifact(id: number, file: string, { searchParams }: URL, response: ServerResponse, fault: CloudFault | undefined): void {
    const run = this.runs.find((one) => one.id === id && one.isDeleted !== true)
    const step = Number(searchParams.get('step') ?? run?.steps.length)
    const target: Json = Object.assign({}, ...(run?.steps.slice(0, step) ?? []).map(({ writes = {} }) => writes))
    const isStored = run?.hasArtifacts !== false && run !== undefined && run.status >= 10
    if (!isStored || !(file in target)) {
      refuse(response, 404, 'The requested artifact was not found.')
      return
    }
    finish(response, target[file], fault)
  }
}

const GOOD = { code: 200, is_success: true, user_message: 'Success!', developer_message: '' }

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, code: number, words: string): void {
  send(response, code, { status: { code, is_success: false, user_message: words, developer_message: '' }, data: {} })
}

function finish(response: ServerResponse, body: unknown, fault: CloudFault | undefined): void {
  if (fault?.kind !== 'cut-off') {
    send(response, 200, body)
    return
  }
  response.setHeader('content-type', 'application/json')
  cut(response, Buffer.from(JSON.stringify(body)))
}

export interface RunningCloud {
  cloud: DbtCloud
  url: string
  close(): Promise<void>
}

/** Starts it on the loopback address. */
export async function startDbtCloud(own: { account: number; token: string; port?: number }): Promise<RunningCloud> {
  const cloud = new DbtCloud(own)
  const server = createServer((request, response) => {
    cloud.answer(request, response).catch(() => response.destroy())
  })
  const { port, close } = await listen(server, own.port)
  return { cloud, url: `http://127.0.0.1:${port}`, close }
}
