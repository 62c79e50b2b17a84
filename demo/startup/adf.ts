import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Json, send } from './dbt-cloud-answers.ts'
import { failNow, finishJob, type JobAnswer, type JobFault, JobFaults } from './job-faults.ts'
import { serve } from './serve.ts'

interface FactoryPipeline {
  name: string
  folder: string | null
  parameters: string[]
  /** Those of them that have no default. */
  needed: string[]
}

export interface FactoryRun {
  id: string
  pipeline: string
  status: 'Queued' | 'InProgress' | 'Succeeded' | 'Failed' | 'Canceling' | 'Cancelled'
  start: string | null
  end: string | null
  message: string
  parameters: Json
  /** The run of a pipeline that began it. */
  caller: { pipelineName: string; pipelineRunId: string } | null
  /** When it was begun. */
  madeAt: number
}

const PAGE = 100
const refusalAs =
  (code: string) =>
  (words: string): Json => ({ error: { code, message: words, target: null, details: [] } })
const refusal = refusalAs('ServiceError')

/** A stand-in for a factory of Azure Data Factory and the Entra before it: pages by tokens, seven digits, and its ways of saying no. */
export class DataFactory {
  readonly secret: string
  readonly pipelines: FactoryPipeline[] = []
  readonly runs: FactoryRun[] = []
  readonly requests: string[] = []
  /** Its clock. */
  now: () => number = Date.now
  mayRun = true
  /** What the next run is called. */
  newId = () => `run-${this.runs.length + 1}`
  /** Its list lacks what was begun less than that ago. */
  listsAfterMs = 0
  tokens = 0
  readonly #faults = new JobFaults<string>()

  constructor(secret: string) {
    this.secret = secret
  }

  /** The next requests whose path ends so go wrong, one after the other. */
  failAt(path: string, ...faults: JobFault[]): void {
    this.#faults.add(path, ...faults)
  }

  pipeline(name: string, own: Partial<FactoryPipeline> = {}): void {
    this.pipelines.push({ name, folder: null, parameters: ['tidemark'], needed: [], ...own })
  }

  /** A run that succeeded then, unless it is said otherwise. */
  ran(pipeline: string, at: string, own: Partial<FactoryRun> = {}): FactoryRun {
    const id = this.newId()
    const run: FactoryRun = {
      id,
      pipeline,
      status: 'Succeeded',
      start: at,
      end: at,
      message: '',
      parameters: {},
      caller: null,
      madeAt: Date.parse(at),
      ...own,
    }
    this.runs.push(run)
    return run
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const body = await text(request)
    this.requests.push(`${request.method} ${url.pathname.replace(/^.*\/factories\/[^/]+/, '')}`)
    const fault = this.#faults.take((path) => url.pathname.endsWith(path))
    if (fault !== undefined && failNow(fault, response, refusal)) return
    if (url.pathname.endsWith('/oauth2/v2.0/token')) return this.#signIn(new URLSearchParams(body), response)
    const isIn = request.headers.authorization === `Bearer token-${this.secret}` && fault?.kind !== 'token-expired'
    const answer = isIn
      ? this.#route(url, body === '' ? {} : JSON.parse(body))
      : no(401, 'ExpiredAuthenticationToken', 'The access token has expired.')
    // Whoever does as it says begins a second run.
    if (fault?.kind === 'started-and-503') response.setHeader('retry-after', '1')
    finishJob(response, answer, fault, refusal)
  }

  #signIn(asked: URLSearchParams, response: ServerResponse): void {
    const isWho = asked.get('client_secret') === this.secret
    if (isWho) this.tokens += 1
    const words = 'AADSTS7000215: Invalid client secret provided.'
    send(
      response,
      isWho ? 200 : 401,
      isWho ? { access_token: `token-${this.secret}`, expires_in: 3599 } : { error: 'invalid_client', error_description: words },
    )
  }

  #route(url: URL, body: Json): JobAnswer {
    const [, path = ''] =
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.DataFactory\/factories\/loads(\/.*)$/.exec(url.pathname) ?? []
    if (url.searchParams.get('api-version') !== '2018-06-01')
      return no(400, 'MissingApiVersionParameter', 'The api-version query parameter is required.')
    const [, name, what] = /^\/pipelines\/([^/]+)(\/createRun)?$/.exec(path) ?? []
    if (path === '/pipelines') return this.#listPipelines(url)
    if (path === '/queryPipelineRuns') return this.#query(body)
    const [, run, change] = /^\/pipelineruns\/([^/]+)(\/cancel)?$/.exec(path) ?? []
    if (run !== undefined) return this.#ofRun(run, change !== undefined)
    const pipeline = this.pipelines.find((one) => one.name === decodeURIComponent(name ?? ''))
    if (pipeline === undefined) return no(404, name === undefined ? 'ResourceNotFound' : 'PipelineNotFound', 'It was not found.')
    return what === undefined ? { status: 200, body: shownPipeline(pipeline) } : this.#start(pipeline, body)
  }

  #listPipelines(url: URL): JobAnswer {
    const from = Number(url.searchParams.get('$skiptoken') ?? 0)
    const next = new URL(url)
    next.searchParams.set('$skiptoken', String(from + PAGE))
    const rest = from + PAGE < this.pipelines.length ? { nextLink: next.href } : {}
    return { status: 200, body: { value: this.pipelines.slice(from, from + PAGE).map(shownPipeline), ...rest } }
  }

  #query({ lastUpdatedAfter: after, lastUpdatedBefore: before, filters = [], orderBy, continuationToken: token }: Json): JobAnswer {
    if (typeof after !== 'string' || typeof before !== 'string')
      return no(400, 'BadRequest', 'lastUpdatedAfter and lastUpdatedBefore are required.')
    const [order] = Array.isArray(orderBy) ? orderBy : []
    const found = this.runs.filter((run) => {
      const at = Date.parse(run.end ?? run.start ?? new Date(run.madeAt).toISOString())
      const isListed = this.listsAfterMs === 0 || run.madeAt + this.listsAfterMs <= this.now()
      return (
        isListed && at >= Date.parse(after) && at <= Date.parse(before) && Array.isArray(filters) && filters.every((one) => fits(run, one))
      )
    })
    const key = (run: FactoryRun) => (order?.orderBy === 'RunEnd' ? run.end : run.start) ?? '9999'
    const all = found.toSorted((a, b) => key(b).localeCompare(key(a)))
    // Its first page is empty, and not the last.
    if (token === undefined) return { status: 200, body: { value: [], continuationToken: '0' } }
    const from = Number(token)
    const rest = from + PAGE < all.length ? { continuationToken: String(from + PAGE) } : {}
    return { status: 200, body: { value: all.slice(from, from + PAGE).map(shownRun), ...rest } }
  }

  #ofRun(id: string, isToCancel: boolean): JobAnswer {
    const run = this.runs.find((one) => one.id === id)
    if (run === undefined) return no(404, 'PipelineRunNotFound', 'It was not found.')
    if (!isToCancel) return { status: 200, body: shownRun(run) }
    if (!this.mayRun) return no(403, 'AuthorizationFailed', 'The client does not have authorization to perform this action.')
    if (run.end !== null) return no(400, 'PipelineRunNotInProgress', `Cannot cancel pipeline run ${id} as it is not in progress.`)
    run.status = 'Canceling'
    return { status: 200, body: null }
  }

  /** It takes no notice of parameters that the pipeline does not have. */
  #start({ name, needed }: FactoryPipeline, parameters: Json): JobAnswer {
    if (!this.mayRun) return no(403, 'AuthorizationFailed', 'The client does not have authorization to perform this action.')
    const missing = needed.find((one) => !(one in parameters))
    if (missing !== undefined) return no(400, 'BadRequest', `The parameter ${missing} has no value.`)
    const run = this.ran(name, new Date(this.now()).toISOString(), { status: 'Queued', start: null, end: null, parameters })
    return { status: 200, body: { runId: run.id } }
  }
}

function no(status: number, code: string, words: string): JobAnswer {
  return { status, body: refusalAs(code)(words) }
}

function fits(run: FactoryRun, filter: { operand: string; values: string[] }): boolean {
  return filter.values.includes(filter.operand === 'Status' ? run.status : run.pipeline)
}

function shownPipeline({ name, folder, parameters }: FactoryPipeline): Json {
  const declared = Object.fromEntries(parameters.map((one) => [one, { type: 'String', defaultValue: '' }]))
  return {
    id: `/factories/loads/pipelines/${name}`,
    name,
    properties: { parameters: declared, ...(folder !== null && { folder: { name: folder } }) },
  }
}

/** By seven digits, as .NET writes it. */
function written(at: string | null): string | null {
  return at === null ? null : at.replace(/(\.\d+)?Z$/, (_, fraction = '.') => `${fraction.padEnd(8, '0')}Z`)
}

function shownRun({ id, pipeline, status, start, end, message, parameters, caller }: FactoryRun): Json {
  const times = { runStart: written(start), runEnd: written(end), lastUpdated: written(end ?? start), durationInMs: 28105 }
  const by = caller === null ? 'Manual' : 'PipelineActivity'
  const invokedBy = { id: 'x', name: by, invokedByType: by, ...caller }
  return { runId: id, runGroupId: id, isLatest: true, pipelineName: pipeline, status, message, parameters, invokedBy, ...times }
}

/** Starts it on the loopback address, Entra with it. */
export async function startDataFactory(
  secret: string,
  onPort?: number,
): Promise<{ factory: DataFactory; url: string; close(): Promise<void> }> {
  const factory = new DataFactory(secret)
  return { factory, ...(await serve(factory, onPort)) }
}
