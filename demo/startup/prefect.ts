import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Json, readJson, send } from './dbt-cloud-answers.ts'
import { failNow, finishJob, type JobAnswer, type JobFault, JobFaults } from './job-faults.ts'
import { fits, type PrefectRun, refusalOf, shownRun, sorted } from './prefect-runs.ts'
import { serve } from './serve.ts'

interface PrefectDeployment {
  id: string
  flow: string
  name: string
  paused: boolean
  tags: string[]
}

const LIST_MAX = 200

const refusal = (words: string): Json => ({ exception_message: words })

/** A stand-in for a Prefect 3 server behind Basic: deployments, runs with its filters and pages, and its ways of saying no. */
export class Prefect {
  readonly user = 'tide'
  readonly password: string
  readonly deployments: PrefectDeployment[] = []
  readonly runs: PrefectRun[] = []
  readonly requests: string[] = []
  /** Its clock. */
  now: () => number = Date.now
  /** Fewer than it is asked for: a server whose limit is lower than it says. */
  pageMax = LIST_MAX
  mayRun = true
  readonly #faults = new JobFaults<string>()

  constructor(password: string) {
    this.password = password
  }

  /** The next requests whose path ends so go wrong, one after the other. */
  failAt(path: string, ...faults: JobFault[]): void {
    this.#faults.add(path, ...faults)
  }

  deploy(flow: string, name: string, own: Partial<PrefectDeployment> = {}): PrefectDeployment {
    const deployment = { id: randomUUID(), flow, name, paused: false, tags: [], ...own }
    this.deployments.push(deployment)
    return deployment
  }

  /** A run of a deployment that completed then, unless it is said otherwise. */
  ran(deployment: PrefectDeployment, at: string | null, own: Partial<PrefectRun> = {}): PrefectRun {
    const times = { created: at ?? new Date(this.now()).toISOString(), expected: at, start: at, end: at }
    const run: PrefectRun = {
      ...{ id: randomUUID(), deployment: deployment.id, flow: deployment.flow, type: 'COMPLETED', name: 'Completed', message: null },
      ...{ count: 1, isAuto: true, key: null, parameters: {}, ...times, ...own },
    }
    this.runs.push(run)
    return run
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://prefect.invalid')
    this.requests.push(`${request.method} ${pathname}`)
    const fault = this.#faults.take((path) => pathname.endsWith(path))
    const body = request.method === 'POST' ? await readJson(request) : {}
    if (fault !== undefined && failNow(fault, response, refusal)) return
    const wanted = `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`
    if (request.headers.authorization !== wanted) return send(response, 401, { exception_message: 'Unauthorized' })
    const answer = this.#route(pathname.replace(/^\/api/, ''), body)
    finishJob(response, answer, fault, refusal)
  }

  #route(path: string, body: Json): JobAnswer {
    const [, what] = /^\/(flows|deployments|flow_runs)\/filter$/.exec(path) ?? []
    const [, flow, name] = /^\/deployments\/name\/([^/]+)\/([^/]+)$/.exec(path) ?? []
    const [, started] = /^\/deployments\/([^/]+)\/create_flow_run$/.exec(path) ?? []
    if (path === '/admin/version') return { status: 200, body: '3.9.1' }
    if (what !== undefined) return this.#list(what, body)
    if (started !== undefined) return this.#start(started, body)
    const [, run, change] = /^\/flow_runs\/([^/]+)(\/set_state)?$/.exec(path) ?? []
    if (run !== undefined) return this.#ofRun(run, change === undefined ? null : body)
    const isNamed = (one: PrefectDeployment) => one.flow === decodeURIComponent(flow ?? '') && one.name === decodeURIComponent(name ?? '')
    const deployment = this.deployments.find(isNamed)
    if (deployment !== undefined) return { status: 200, body: shownDeployment(deployment) }
    return { status: 404, body: { detail: flow === undefined ? 'Not Found' : 'Deployment not found' } }
  }

  #list(what: string, body: Json): JobAnswer {
    const limit = Number(body['limit'] ?? LIST_MAX)
    const offset = Number(body['offset'] ?? 0)
    if (limit > LIST_MAX) return { status: 422, body: { detail: `Invalid limit: must be less than or equal to ${LIST_MAX}.` } }
    const no = refusalOf(what, body)
    if (no !== null) return invalid(no.at, no.words, body)
    const all =
      what === 'flows'
        ? [...new Set(this.deployments.map(({ flow }) => flow))].map((flow) => ({ id: `flow-of-${flow}`, name: flow }))
        : what === 'deployments'
          ? this.deployments.map(shownDeployment)
          : sorted(
              this.runs.filter((run) => fits(run, body['flow_runs'])),
              String(body['sort']),
            ).map(shownRun)
    return { status: 200, body: all.slice(offset, offset + Math.min(limit, this.pageMax)) }
  }

  /** Of a run that nobody works at yet it says that it was cancelled, of one that has ended that it is as it was. */
  #ofRun(id: string, change: Json | null): JobAnswer {
    const run = this.runs.find((one) => one.id === id)
    if (run === undefined) return { status: 404, body: { detail: 'Flow run not found' } }
    if (change === null) return { status: 200, body: shownRun(run) }
    if (!this.mayRun) return { status: 403, body: { exception_message: 'Forbidden' } }
    const isOver = ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'].includes(run.type)
    if (isOver) return { status: 200, body: { status: 'ABORT', state: null, details: { reason: 'This run has already terminated.' } } }
    if (run.type === 'SCHEDULED') {
      Object.assign(run, { type: 'CANCELLED', name: 'Cancelled', end: new Date(this.now()).toISOString() })
      return {
        status: 200,
        body: { status: 'REJECT', state: { type: run.type, name: run.name }, details: { reason: 'No infrastructure.' } },
      }
    }
    Object.assign(run, { type: 'CANCELLING', name: 'Cancelling' })
    return { status: 201, body: { status: 'ACCEPT', state: { type: run.type, name: run.name }, details: {} } }
  }

  #start(id: string, { idempotency_key: key, parameters = {} }: Json): JobAnswer {
    const deployment = this.deployments.find((one) => one.id === id)
    if (!this.mayRun) return { status: 403, body: { exception_message: 'Forbidden' } }
    if (deployment === undefined) return { status: 404, body: { detail: 'Deployment not found' } }
    if (typeof parameters !== 'object' || parameters === null) return invalid('parameters', 'Input should be a valid dictionary', {})
    if ('days' in parameters && typeof parameters.days !== 'number') {
      const why = `'${String(parameters.days)}' is not of type 'integer'`
      return { status: 409, body: { detail: `Error creating flow run: Validation failed for field 'days'. Failure reason: ${why}` } }
    }
    const known = this.runs.find((run) => run.flow === deployment.flow && run.key !== null && run.key === key)
    if (known !== undefined) return { status: 200, body: shownRun(known) }
    const waits = { type: 'SCHEDULED', name: 'Scheduled', count: 0, isAuto: false, start: null, end: null } as const
    const expected = new Date(this.now()).toISOString()
    const run = this.ran(deployment, null, { ...waits, expected, key: typeof key === 'string' ? key : null, parameters: { ...parameters } })
    return { status: 201, body: shownRun(run) }
  }
}

function invalid(at: string, msg: string, body: Json): JobAnswer {
  const detail = [{ loc: ['body', at], msg, type: 'value_error' }]
  return { status: 422, body: { exception_message: 'Invalid request received.', exception_detail: detail, request_body: body } }
}

function shownDeployment({ id, flow, name, paused, tags }: PrefectDeployment): Json {
  const rest = { schedules: [], labels: {}, work_pool_name: 'default', parameters: {}, status: 'READY', description: null }
  return { id, name, flow_id: `flow-of-${flow}`, paused, tags, ...rest }
}

/** Starts it on the loopback address; `url` is that of its API. */
export async function startPrefect(password: string, onPort?: number): Promise<{ prefect: Prefect; url: string; close(): Promise<void> }> {
  const prefect = new Prefect(password)
  const { url, close } = await serve(prefect, onPort)
  return { prefect, url: `${url}/api`, close }
}
