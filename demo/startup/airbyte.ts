import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Json, readJson, send } from './dbt-cloud-answers.ts'
import { failNow, finishJob, type JobAnswer, type JobFault, JobFaults } from './job-faults.ts'
import { serve } from './serve.ts'

const PAGE_MAX = 100
const TOKEN_SECONDS = 180

export interface AirbyteConnection extends Json {
  connectionId: string
  workspaceId: string
  name: string
  status: string
}

export interface AirbyteJob extends Json {
  jobId: number
  connectionId: string
  jobType: string
  status: string
  startTime: string | null
  lastUpdatedAt: string | null
}

const refusal = (words: string, status = 503): Json => ({
  ...{ status, type: 'https://reference.airbyte.com/reference/errors', title: words, detail: words, documentationUrl: null, data: {} },
})
const no = (status: number, words: string): JobAnswer => ({ status, body: refusal(words, status) })

/** A stand-in for the public API of Airbyte: tokens that end, connections and jobs in pages, one job of a connection at a time, and its ways of saying no. */
export class Airbyte {
  readonly clientId = 'tide'
  readonly connections: AirbyteConnection[] = []
  readonly jobs: AirbyteJob[] = []
  readonly requests: string[] = []
  now: () => number = Date.now
  /** Fewer than it is asked for: a server whose limit is lower than it says. */
  pageMax = PAGE_MAX
  /** It gives all jobs, whatever is asked for. */
  heedsFilters = true
  mayRun = true
  /** What happens while somebody asks for a job to be cancelled. */
  meanwhile = () => {}
  /** The types of jobs that it has heard of; older ones know fewer. */
  types: readonly string[] = ['sync', 'reset', 'refresh', 'clear']
  readonly #secret: string
  readonly #faults = new JobFaults<string>()
  #token = { text: '', endsAt: 0 }

  constructor(secret: string) {
    this.#secret = secret
  }

  /** The next such requests, `POST /jobs` or `GET /jobs?sync`, go wrong, one after the other. */
  failAt(request: string, ...faults: JobFault[]): void {
    this.#faults.add(request, ...faults)
  }

  connect(name: string, own: Partial<AirbyteConnection> = {}): AirbyteConnection {
    const shown = { sourceId: randomUUID(), destinationId: randomUUID(), createdAt: 1_767_225_600, statusReason: null }
    const configurations = { streams: [{ name, syncMode: 'full_refresh_overwrite' }] }
    const schedule = { scheduleType: 'basic', basicTiming: 'Every 24 HOURS' }
    const connection = { connectionId: randomUUID(), workspaceId: 'w1', name, status: 'active', schedule, configurations, ...shown, ...own }
    this.connections.push(connection)
    return connection
  }

  /** A sync of a connection that began and succeeded then, unless it is said otherwise. */
  ran({ connectionId }: Pick<AirbyteConnection, 'connectionId'>, at: string, own: Partial<AirbyteJob> = {}): AirbyteJob {
    const jobId = this.jobs.length + 1
    const did = { startTime: at, lastUpdatedAt: at, duration: 'PT0S', bytesSynced: 1024, rowsSynced: 100 }
    const job = { jobId, connectionId, jobType: 'sync', status: 'succeeded', ...did, ...own }
    this.jobs.push(job)
    return job
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://airbyte.invalid')
    const path = pathname.replace(/^\/api\/public\/v1/, '')
    const asked = `${request.method} ${path}`
    this.requests.push(asked)
    const ofType = `${asked}?${searchParams.get('jobType')}`
    const fault = this.#faults.take((at) => at === ofType || at === asked)
    const body = request.method === 'POST' ? await readJson(request) : {}
    if (fault !== undefined && failNow(fault, response, refusal)) return
    if (fault?.kind === 'token-expired') this.#token.endsAt = 0
    if (asked === 'POST /applications/token') {
      const { status, body: told } = this.#issue(body)
      send(response, status, told)
    } else if (this.#token.endsAt <= this.now() || request.headers.authorization !== `Bearer ${this.#token.text}`) {
      send(response, 401, refusal('Unauthorized', 401))
    } else finishJob(response, this.#route(asked, searchParams, body), fault, refusal)
  }

  #issue({ client_id: id, client_secret: secret, grant_type: type }: Json): JobAnswer {
    if (id !== this.clientId || secret !== this.#secret || type !== 'client_credentials') return no(401, 'Invalid client credentials')
    this.#token = { text: randomUUID(), endsAt: this.now() + TOKEN_SECONDS * 1000 }
    return { status: 200, body: { access_token: this.#token.text, token_type: 'Bearer', expires_in: TOKEN_SECONDS } }
  }

  #route(asked: string, search: URLSearchParams, body: Json): JobAnswer {
    if (asked === 'POST /jobs') return this.#start(body)
    if (asked === 'GET /jobs' && !this.types.includes(search.get('jobType') ?? 'sync')) return no(422, 'unprocessable-entity')
    if (asked === 'GET /jobs') return this.#page(this.#jobsFor(search), search)
    const ofWorkspaces = search.get('workspaceIds')?.split(',')
    if (asked === 'GET /connections')
      return this.#page(
        this.connections.filter(({ workspaceId }) => ofWorkspaces?.includes(workspaceId) ?? true),
        search,
      )
    const [, method, job] = /^(GET|DELETE) \/jobs\/(\d+)$/.exec(asked) ?? []
    if (job !== undefined) return this.#ofJob(Number(job), method === 'DELETE')
    const connection = this.connections.find(({ connectionId }) => asked === `GET /connections/${connectionId}`)
    return connection === undefined ? no(404, 'resource-not-found') : { status: 200, body: connection }
  }

  #page(all: readonly Json[], search: URLSearchParams): JobAnswer {
    const [limit, offset] = [Number(search.get('limit') ?? 20), Number(search.get('offset') ?? 0)]
    if (limit > PAGE_MAX) return no(400, 'limit must be less than or equal to 100')
    const data = all.slice(offset, offset + Math.min(limit, this.pageMax))
    return { status: 200, body: { data, next: offset + data.length < all.length ? 'https://elsewhere.invalid/next' : '', previous: '' } }
  }

  #jobsFor(search: URLSearchParams): AirbyteJob[] {
    const wanted = (key: string, is: string) => search.get(key) === null || search.get(key) === is
    const since = Date.parse(search.get('updatedAtStart') ?? '1970-01-01')
    const [by, direction] = (search.get('orderBy') ?? 'createdAt|DESC').split('|')
    const found = this.jobs.filter(
      (job) =>
        !this.heedsFilters ||
        (wanted('connectionId', job.connectionId) &&
          wanted('jobType', job.jobType) &&
          wanted('status', job.status) &&
          Date.parse(job.lastUpdatedAt ?? new Date(this.now()).toISOString()) >= since),
    )
    const ascending = found.toSorted((a, b) =>
      by === 'updatedAt' ? Date.parse(a.lastUpdatedAt ?? '9999-01-01') - Date.parse(b.lastUpdatedAt ?? '9999-01-01') : a.jobId - b.jobId,
    )
    return direction === 'DESC' ? ascending.reverse() : ascending
  }

  #ofJob(id: number, isToCancel: boolean): JobAnswer {
    const job = this.jobs.find(({ jobId }) => jobId === id)
    if (job === undefined) return no(404, 'resource-not-found')
    if (!isToCancel) return { status: 200, body: job }
    if (!this.mayRun) return no(403, 'Forbidden')
    this.meanwhile()
    if (!this.jobs.includes(job)) return no(404, 'resource-not-found')
    if (/^(succeeded|failed|cancelled)$/.test(job.status)) return no(409, 'The job is not running')
    Object.assign(job, { status: 'cancelled', lastUpdatedAt: new Date(this.now()).toISOString() })
    return { status: 200, body: job }
  }

  #start({ connectionId, jobType }: Json): JobAnswer {
    const connection = this.connections.find((one) => one.connectionId === connectionId)
    if (!this.mayRun) return no(403, 'Forbidden')
    if (connection === undefined || jobType !== 'sync') return no(404, 'resource-not-found')
    const isBusy = ({ connectionId: of, status }: AirbyteJob) => of === connectionId && /^(pending|queued|running|incomplete)$/.test(status)
    if (this.jobs.some(isBusy)) return no(409, 'A sync is already running')
    const at = new Date(this.now()).toISOString()
    return { status: 200, body: this.ran(connection, at, { status: 'running', rowsSynced: null, bytesSynced: null }) }
  }
}

/** Starts it on the loopback address; `url` is that of its API. */
export async function startAirbyte(secret: string): Promise<{ airbyte: Airbyte; url: string; close(): Promise<void> }> {
  const airbyte = new Airbyte(secret)
  const { url, close } = await serve(airbyte)
  return { airbyte, url: `${url}/api/public/v1`, close }
}
