import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CloudFault, finish, GOOD, type Json, readJson, refuse, send, sendHtmlPage, sendStarted } from './dbt-cloud-answers.ts'
import { type CloudRun, shownRun } from './dbt-cloud-runs.ts'
import { serve } from './serve.ts'

const PAGE_MAX = 100

/** A stand-in for dbt Cloud's administrative API, v2: runs with their pages, artifacts by step, and its ways of saying no. */
export class DbtCloud {
  readonly account: number
  readonly token: string
  readonly runs: CloudRun[] = []
  readonly requests: string[] = []
  /** Jobs that have not run yet; those of its runs it knows anyway. */
  readonly jobs: Pick<CloudRun, 'job' | 'environment' | 'project'>[] = []
  /** What its jobs are called, where that is not their number. */
  readonly names = new Map<number, string>()
  /** Its clock. */
  now = () => new Date().toISOString()
  /** Without the right to run jobs a token is told that there is none, as if there were no such address. */
  mayRunJobs = true
  /** Its list lacks what was begun less than that ago. */
  listsAfterMs = 0
  /** What becomes of a run that was started. */
  onStarted: (run: CloudRun) => void = () => {}
  #faults: CloudFault[] = []
  #faultsAt = new Map<string, CloudFault[]>()

  constructor(own: { account: number; token: string }) {
    this.account = own.account
    this.token = own.token
  }

  /** The next requests go wrong, one after the other. */
  fail(...faults: CloudFault[]): void {
    this.#faults.push(...faults)
  }

  /** The next requests by this method go wrong, one after the other; others go well. */
  failAt(method: string, ...faults: CloudFault[]): void {
    this.#faultsAt.set(method, [...(this.#faultsAt.get(method) ?? []), ...faults])
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://cloud.invalid')
    this.requests.push(`${request.method} ${url.pathname}${url.search}`)
    const fault = this.#nextFault(request)
    if (fault !== undefined && this.#failNow(fault, response)) return
    const told = request.headers.authorization ?? ''
    if (told !== `Bearer ${this.token}` && told !== `Token ${this.token}`) {
      refuse(response, 401, 'Invalid token.')
      return
    }
    const [, account = '', path = ''] = /^\/api\/v2\/accounts\/(\d+)\/(.*)$/.exec(url.pathname) ?? []
    if (Number(account) !== this.account)
      return refuse(response, account === '' ? 404 : 403, 'You do not have permission to perform this action.')
    if (request.method === 'POST') return this.#change(path, await readJson(request), response, fault)
    this.#route(request.method ?? 'GET', path, { url, response, fault })
  }

  #nextFault({ method = 'GET' }: IncomingMessage): CloudFault | undefined {
    return this.#faults.shift() ?? this.#faultsAt.get(method)?.shift()
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
        sendHtmlPage(response)
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
    const [, job] = /^jobs\/(\d+)\/$/.exec(path) ?? []
    // Django sends those who forget the slash to the address that has it.
    if (method === 'GET' && artifactRun !== undefined) this.#artifact(Number(artifactRun), file ?? '', url, response, fault)
    else if (!url.pathname.endsWith('/')) response.writeHead(301, { location: `${url.pathname}/${url.search}` }).end()
    else if (method === 'GET' && path === 'runs/') this.#list(url, response, fault)
    else if (method === 'GET' && run !== undefined) this.#one(Number(run), url, response)
    else if (method === 'GET' && job !== undefined) this.#job(Number(job), response)
    else refuse(response, 404, 'Not found.')
  }

  #change(path: string, body: Json, response: ServerResponse, fault: CloudFault | undefined): void {
    const [, job] = /^jobs\/(\d+)\/run\/$/.exec(path) ?? []
    const [, run] = /^runs\/(\d+)\/cancel\/$/.exec(path) ?? []
    if (job !== undefined) this.#start(Number(job), body, response, fault)
    else if (run !== undefined) this.#cancel(Number(run), response, fault)
    else refuse(response, 404, 'Not found.')
  }

  #jobOf(id: number) {
    return this.jobs.find((one) => one.job === id) ?? this.runs.find((one) => one.job === id)
  }

  #nameOf(job: number): string {
    return this.names.get(job) ?? `Job ${job}`
  }

  #job(id: number, response: ServerResponse): void {
    const job = this.#jobOf(id)
    if (job === undefined) {
      refuse(response, 404, 'No job matches the given query.')
      return
    }
    const data = { id, name: this.#nameOf(id), environment_id: job.environment, project_id: job.project, state: 1 }
    send(response, 200, { data, status: GOOD })
  }

  #start(id: number, body: Json, response: ServerResponse, fault: CloudFault | undefined): void {
    const job = this.#jobOf(id)
    const { cause } = body
    if (job === undefined || !this.mayRunJobs) refuse(response, 404, 'Not found.')
    else if (typeof cause !== 'string' || cause === '') refuse(response, 400, 'This field is required: cause.')
    else sendStarted(response, this.#begin(job, cause), fault)
  }

  #cancel(id: number, response: ServerResponse, fault: CloudFault | undefined): void {
    const run = this.runs.find((one) => one.id === id && one.isDeleted !== true)
    if (run === undefined || !this.mayRunJobs) {
      refuse(response, 404, 'Not found.')
      return
    }
    if (run.status < 10) Object.assign(run, { status: 30, finishedAt: this.now() })
    sendStarted(response, run, fault)
  }

  #begin({ job, environment, project }: Pick<CloudRun, 'job' | 'environment' | 'project'>, cause: string): CloudRun {
    const id = 1 + Math.max(999, ...this.runs.map((one) => one.id))
    const run: CloudRun = { id, job, environment, project, status: 1, createdAt: this.now(), cause, steps: [] }
    this.runs.push(run)
    this.onStarted(run)
    return run
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
          Date.parse(run.createdAt) + this.listsAfterMs <= Date.parse(this.now()) &&
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
    const data = page.map((run) => shownRun(run, asked('include_related'), this.#nameOf(run.job)))
    finish(response, { data, extra: { filters, order_by: order, pagination }, status: GOOD }, fault)
  }

  #one(id: number, { searchParams }: URL, response: ServerResponse): void {
    const run = this.runs.find((one) => one.id === id && one.isDeleted !== true)
    if (run === undefined) {
      refuse(response, 404, 'No run matches the given query.')
      return
    }
    send(response, 200, { data: shownRun(run, searchParams.get('include_related'), this.#nameOf(run.job)), status: GOOD })
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

export interface RunningCloud {
  cloud: DbtCloud
  url: string
  close(): Promise<void>
}

/** Starts it on the loopback address. */
export async function startDbtCloud(own: { account: number; token: string; port?: number }): Promise<RunningCloud> {
  const cloud = new DbtCloud(own)
  return { cloud, ...(await serve(cloud, own.port)) }
}
