import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Json, send } from './dbt-cloud-answers.ts'
import { finishJob, type JobAnswer, type JobFault } from './job-faults.ts'
import { serve } from './serve.ts'
import { Showing } from './showing.ts'

const ORG = 'RIVERSIDE'
const RUNTIME = `/api/1/rest/public/runtime/${ORG}`
const STOP = `/api/1/rest/public/runtime/stop/${ORG}/`
const FEED = `/api/1/rest/slsched/feed/${ORG}/`
const LIMIT_MAX = 1000
const HOUR_MS = 3_600_000

const refusalAs =
  (status: number) =>
  (message: string): Json => ({ response_map: { error_list: [{ message }] }, http_status_code: status })
const refusal = refusalAs(500)
const no = (status: number, words: string): JobAnswer => ({ status, body: refusalAs(status)(words) })

export interface PipelineRun extends Json {
  id: string
  label: string
  path_id: string
  state: string
  create_time: string
  state_timestamp: string
  documents: number
  error_documents: number | null
  invoker: string
  parent_ruuid: string | null
}

/** What its public API calls how a run went wrong. */
interface Why {
  reason?: unknown
  error_list?: unknown
}

/**
 * A stand-in for the public API of SnapLogic and its triggered tasks: what is not asked for is left out in silence, pages, six digits, error documents, and its
 * ways of saying no.
 */
export class SnapLogicRuntimes extends Showing {
  readonly runs: PipelineRun[] = []
  /** Why runs have failed, by their ids. */
  readonly why = new Map<string, Why>()
  /** Triggered tasks by their names: the project and pipeline, and a token of its own each. */
  readonly tasks = new Map<string, { project: string; label: string; token: string }>()
  now: () => number = Date.now
  /** It gives all runs, whatever is asked for. */
  heedsFilters = true
  /** Says no in an answer that looks like a good one. */
  saysNo: number | null = null
  /** Its list lacks what began less than that ago. */
  listsAfterMs = 0
  mayStop = true
  /** What happens while somebody asks for a run to be stopped. */
  meanwhile = () => {}
  /** It says whether it stops a run by a header alone. */
  saysByHeader = false
  /** What it says in place of a status when it is told to stop a run. */
  saysNonsense: string | null = null
  /** Tasks answer at the end of their pipeline: when this has come. */
  ending: Promise<void> = Promise.resolve()
  /** Whether whoever asked a task last has read its answer to the end, or went away before. */
  left = Promise.withResolvers<'answered' | 'went away'>()
  readonly #password: string

  constructor(password: string) {
    super(LIMIT_MAX)
    this.#password = password
  }

  /** A run of a pipeline that a schedule began and that completed then, unless it is said otherwise. */
  ran(label: string, at: string, own: Partial<PipelineRun> = {}): PipelineRun {
    const number = String(this.runs.length + 1).padStart(12, '0')
    const run: PipelineRun = {
      ...{ id: `0a1b2c_11111111-2222-3333-4444-${number}`, pipe_id: 'p1', label, path_id: `/${ORG}/projects/Admin`, state: 'Completed' },
      ...{ create_time: written(at), state_timestamp: written(at), duration: 0, documents: 100, error_documents: 0, invoker: 'scheduled' },
      ...{
        user_id: 'svc@riverside.example',
        runtime_label: 'cloud-prod',
        has_lints: false,
        parent_ruuid: null,
        subpipes: {},
        mode: 'standard',
      },
      ...own,
    }
    this.runs.push(run)
    return run
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://snaplogic.invalid')
    this.requests.push(`${request.method} ${pathname.replace(RUNTIME, '/runtime').replace(STOP, '/stop/')}`)
    const fault = this.faultAt(pathname, response, refusal)
    if (fault === 'answered') return
    if (pathname.startsWith(FEED)) {
      this.#trigger(request, response, { name: decodeURIComponent(pathname.slice(FEED.length)), search: searchParams, fault })
      return
    }
    const isIn = request.headers.authorization === `Basic ${Buffer.from(`tide:${this.#password}`).toString('base64')}`
    if (!isIn) finishJob(response, no(401, 'Unauthorized: check the credentials'), fault, refusal)
    else if (pathname.startsWith(STOP)) this.#stop(decodeURIComponent(pathname.slice(STOP.length)), request, response, fault)
    else finishJob(response, this.#route(pathname, searchParams), fault, refusal)
  }

  /** Where all is well it answers nothing but the status. */
  #stop(id: string, { method }: IncomingMessage, response: ServerResponse, fault: JobFault | undefined): void {
    this.meanwhile()
    const run = this.runs.find((one) => one.id === id)
    const status = method === 'POST' ? this.#mayBeStopped(run) : 405
    if (status === 200) Object.assign(run ?? {}, { state: 'Stopping', state_timestamp: written(new Date(this.now()).toISOString()) })
    if (this.saysNonsense !== null) this.#sayNonsense(response, this.saysNonsense)
    else if (this.saysByHeader || (status === 200 && fault === undefined)) response.writeHead(200, { 'x-sl-statuscode': status }).end()
    else finishJob(response, status === 200 ? { status, body: {} } : no(status, 'It was not stopped.'), fault, refusal)
  }

  #sayNonsense(response: ServerResponse, status: string): void {
    if (this.saysByHeader) response.writeHead(200, { 'x-sl-statuscode': status }).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ response_map: {}, http_status_code: status }))
  }

  #mayBeStopped(run: PipelineRun | undefined): 200 | 400 | 403 | 404 {
    if (run === undefined) return 404
    if (!this.mayStop) return 403
    return /^(Completed|Failed|Stopped)$/.test(run.state) ? 400 : 200
  }

  #route(path: string, search: URLSearchParams): JobAnswer {
    if (!path.startsWith(RUNTIME)) return no(404, 'Not found')
    if (this.saysNo !== null) return { status: 200, body: refusalAs(this.saysNo)('You may not') }
    const id = decodeURIComponent(path.slice(RUNTIME.length + 1))
    if (id === '') return this.#page(search)
    const run = this.runs.find((one) => one.id === id)
    const why = this.why.get(id)
    if (run === undefined || (run.state === 'Failed' && why === undefined)) return no(404, 'Pipeline runtime not found')
    return {
      status: 200,
      body: {
        response_map: { ruuid: id, label: run.label, state: run.state, reason: null, error_list: [], ...why },
        http_status_code: 200,
      },
    }
  }

  /** Without being asked it tells ten of what a schedule began within an hour and goes on. */
  #page(search: URLSearchParams): JobAnswer {
    const limit = Number(search.get('limit') ?? 10)
    const offset = Number(search.get('offset') ?? 0)
    if (limit > LIMIT_MAX) return no(400, 'limit must be at most 1000')
    const all = this.runs.filter((run) => this.#isAsked(run, search)).toSorted((a, b) => b.create_time.localeCompare(a.create_time))
    const entries = this.page(all, offset, Math.min(limit, this.pageMax))
    return { status: 200, body: { response_map: { entries, total: all.length, limit, offset }, http_status_code: 200 } }
  }

  #isAsked(run: PipelineRun, search: URLSearchParams): boolean {
    const madeAt = Date.parse(run.create_time)
    if (madeAt + this.listsAfterMs > this.now() && this.listsAfterMs > 0) return false
    if (!this.heedsFilters) return true
    const fits = (key: string, is: string) => search.get(key) === null || search.get(key) === is
    const start = Number(search.get('start') ?? this.now() - Number(search.get('last_hours') ?? 1) * HOUR_MS)
    const isWanted = run.state === (search.get('state') ?? 'Started') && run.invoker === (search.get('invoker') ?? 'scheduled')
    const isIn = madeAt >= start && madeAt <= Number(search.get('end') ?? this.now())
    return isWanted && isIn && fits('pipe_name', run.label) && fits('project_path', run.path_id)
  }

  /** A task streams what its pipeline puts out, whatever becomes of that. */
  #trigger(
    request: IncomingMessage,
    response: ServerResponse,
    { name, search, fault }: { name: string; search: URLSearchParams; fault: JobFault | undefined },
  ): void {
    const task = this.tasks.get(name)
    if (task === undefined) {
      send(response, 404, refusalAs(404)('Task not found'))
      return
    }
    if (request.headers.authorization !== `Bearer ${task.token}`) {
      send(response, 401, refusalAs(401)('Unauthorized'))
      return
    }
    const parameters = Object.fromEntries(search)
    const own = { invoker: 'triggered', state: 'Started', path_id: `/${ORG}/${task.project}`, parameters }
    const run = this.ran(task.label, new Date(this.now()).toISOString(), own)
    const { left } = this
    response.on('close', () => left.resolve(response.writableFinished ? 'answered' : 'went away'))
    void this.ending.then(() => finishJob(response, { status: 200, body: [{ status: 200, ruuid: run.id }] }, fault, refusal))
  }
}

/** By six digits and an offset. */
function written(at: string): string {
  return at.replace(/(\.\d+)?Z$/, (_, fraction = '.') => `${fraction.padEnd(7, '0')}+00:00`)
}

/** Starts it on the loopback address. */
export async function startSnapLogicRuntimes(
  password: string,
): Promise<{ snaplogic: SnapLogicRuntimes; url: string; feed: string; close(): Promise<void> }> {
  const snaplogic = new SnapLogicRuntimes(password)
  const { url, close } = await serve(snaplogic)
  return { snaplogic, url, feed: `${url}${FEED}`, close }
}
