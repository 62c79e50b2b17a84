import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AirflowAsset, type AirflowDag, type AirflowRun, chosen, shownAsset, shownDag, shownRun } from './airflow-things.ts'
import { type Json, readJson, send } from './dbt-cloud-answers.ts'
import { failNow, finishJob, type JobAnswer, type JobFault, JobFaults } from './job-faults.ts'
import { serve } from './serve.ts'

const PAGE_MAX = 100
const ORDERS = new Set(['id', '-id', '-end_date', 'dag_id', '-timestamp'])

const refusal = (words: string): Json => ({ detail: words })

/** A stand-in for Airflow 3, or for Airflow 2: DAGs, runs, assets or datasets, pages of a hundred, and its ways of saying no. */
export class Airflow {
  readonly isThree: boolean
  readonly user = 'tide'
  readonly password: string
  readonly dags: AirflowDag[] = []
  readonly runs: AirflowRun[] = []
  readonly assets: AirflowAsset[] = []
  readonly requests: string[] = []
  /** Its clock. */
  now: () => number = Date.now
  mayRun = true
  isHealthy = true
  tokens = 0
  readonly #faults = new JobFaults<string>()

  constructor(password: string, isThree: boolean) {
    this.password = password
    this.isThree = isThree
  }

  /** The next requests by this method whose path ends so go wrong, one after the other: `POST /dagRuns`. */
  failAt(asked: string, ...faults: JobFault[]): void {
    this.#faults.add(asked, ...faults)
  }

  dag(id: string, own: Partial<AirflowDag> = {}): AirflowDag {
    const dag = { id, isPaused: false, tags: [], ...own }
    this.dags.push(dag)
    return dag
  }

  /** A run by schedule that went well then, unless it is said otherwise. */
  ran(dag: string, at: string, own: Partial<AirflowRun> = {}): AirflowRun {
    const times = { runAfter: at, start: at, end: at }
    const run: AirflowRun = {
      dag,
      id: `scheduled__${at}`,
      state: 'success',
      type: 'scheduled',
      conf: {},
      failedTasks: [],
      ...times,
      ...own,
    }
    this.runs.push(run)
    return run
  }

  asset(uri: string, own: Partial<AirflowAsset> = {}): AirflowAsset {
    const asset = { id: this.assets.length + 1, uri, dags: [], events: [], ...own }
    this.assets.push(asset)
    return asset
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://airflow.invalid')
    const { method = 'GET' } = request
    this.requests.push(`${method} ${url.pathname}`)
    const body = method === 'POST' || method === 'PATCH' ? await readJson(request) : {}
    if (this.isThree && url.pathname === '/auth/token') return this.#signIn(body, response)
    const fault = this.#faults.take((asked) => isAt(asked, method, url.pathname))
    if (fault !== undefined && failNow(fault, response, refusal)) return
    const isIn = request.headers.authorization === this.#wanted() && fault?.kind !== 'token-expired'
    const answer = isIn ? this.#route(method, url, body) : this.#no(401, this.isThree ? 'Invalid JWT token' : 'Unauthorized')
    finishJob(response, answer, fault, refusal)
  }

  #signIn({ username, password }: Json, response: ServerResponse): void {
    const isWho = username === this.user && password === this.password
    if (isWho) this.tokens += 1
    send(response, isWho ? 201 : 401, isWho ? { access_token: this.#token() } : refusal('Invalid credentials'))
  }

  #token(): string {
    return `eyJ.${this.password}.signed`
  }

  #wanted(): string {
    return this.isThree ? `Bearer ${this.#token()}` : `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`
  }

  #no(status: number, words: string): JobAnswer {
    if (this.isThree) return { status, body: { detail: words } }
    return { status, body: { type: 'https://airflow.apache.org/docs', title: words, status, detail: null } }
  }

  #route(method: string, { pathname, searchParams: asked }: URL, body: Json): JobAnswer {
    const [, api, path = ''] = /^\/api\/(v[12])(\/.*)$/.exec(pathname) ?? []
    if (api !== (this.isThree ? 'v2' : 'v1')) return this.#no(404, 'Not Found')
    if (asked.has('order_by') && !ORDERS.has(asked.get('order_by') ?? '')) return this.#no(400, 'Ordering is disallowed or invalid')
    const parts = path.split('/').slice(1).map(decodeURIComponent)
    if (parts[0] === 'dags' && parts.length > 1) return this.#ofDag(method, parts, asked, body)
    return this.#listOf(path, asked) ?? this.#no(404, 'Not Found')
  }

  #listOf(path: string, asked: URLSearchParams): JobAnswer | null {
    const { isThree } = this
    const what = isThree ? 'asset' : 'dataset'
    if (path === '/version') return { status: 200, body: { version: isThree ? '3.1.8' : '2.10.5', git_version: null } }
    if (path === (isThree ? '/monitor/health' : '/health')) {
      const status = this.isHealthy ? 'healthy' : 'unhealthy'
      return { status: 200, body: { metadatabase: { status: 'healthy' }, scheduler: { status, latest_scheduler_heartbeat: null } } }
    }
    if (path === '/dags')
      return page(
        'dags',
        this.dags.map((dag) => shownDag(dag, isThree)),
        asked,
      )
    if (path === `/${what}s`)
      return page(
        `${what}s`,
        this.assets.map((asset) => shownAsset(asset, isThree)),
        asked,
      )
    if (path !== `/${what}s/events`) return null
    const asset = this.assets.find(({ id }) => String(id) === asked.get(`${what}_id`))
    const events = asset?.events.toSorted().toReversed() ?? []
    return page(
      `${what}_events`,
      events.map((timestamp, id) => ({ id, timestamp })),
      asked,
    )
  }

  #ofDag(method: string, [, dag = '', what, id, tasks, task, , tries]: string[], asked: URLSearchParams, body: Json): JobAnswer {
    const { isThree } = this
    const known = this.dags.find((one) => one.id === dag)
    if (known === undefined && dag !== '~') return this.#no(404, `The Dag with ID: \`${dag}\` was not found`)
    if (what === undefined && known !== undefined) return { status: 200, body: shownDag(known, isThree) }
    if (what !== 'dagRuns') return this.#no(404, 'Not Found')
    if (id === undefined && method === 'POST') return this.#start(dag, body)
    if (id === undefined)
      return page(
        'dag_runs',
        chosen(this.runs, dag, asked).map((run) => shownRun(run, isThree)),
        asked,
      )
    const run = this.runs.find((one) => one.dag === dag && one.id === id)
    if (run === undefined) return this.#no(404, `The DagRun with dag_id: \`${dag}\` and run_id: \`${id}\` was not found`)
    if (method === 'PATCH') return this.#change(run, asked, body)
    if (tasks === undefined) return { status: 200, body: shownRun(run, isThree) }
    if (task !== undefined) return this.#log(run, task, Number(tries))
    const failed = run.failedTasks.map(({ task, tries }) => ({
      task_id: task,
      map_index: -1,
      state: 'failed',
      try_number: tries,
      max_tries: 2,
    }))
    return page('task_instances', failed, asked)
  }

  /** Of a try; it says where the log lay first. */
  #log({ failedTasks }: AirflowRun, task: string, tries: number): JobAnswer {
    const log = failedTasks.find((one) => one.task === task && one.tries === tries)?.log
    if (log === undefined) return this.#no(404, 'TaskInstance not found')
    const begin = [{ event: '::group::Log message source details', sources: ['attempt=1.log'] }, { event: '::endgroup::' }]
    return { status: 200, body: { content: [...begin, ...log], continuation_token: null } }
  }

  /** It calls a run failed, also one that has ended long ago. */
  #change(run: AirflowRun, asked: URLSearchParams, { state }: Json): JobAnswer {
    if (!this.mayRun) return this.#no(403, 'Forbidden')
    if (state !== 'failed' || (this.isThree && asked.get('update_mask') !== 'state')) return this.#no(422, 'Input should be "failed"')
    Object.assign(run, { state: 'failed', end: new Date(this.now()).toISOString() })
    return { status: 200, body: shownRun(run, this.isThree) }
  }

  #start(dag: string, { dag_run_id: id, conf = {}, ...rest }: Json): JobAnswer {
    const at = new Date(this.now()).toISOString()
    if (!this.mayRun) return this.#no(403, 'Forbidden')
    if (this.isThree && !('logical_date' in rest))
      return { status: 422, body: { detail: [{ loc: ['body', 'logical_date'], msg: 'Field required', type: 'missing' }] } }
    if (typeof id !== 'string' || !/^[A-Za-z0-9_.~:+-]+$/.test(id)) return this.#no(422, 'The run_id provided does not match the pattern')
    if (typeof conf !== 'object' || conf === null || 'nonsense' in conf) return this.#no(400, 'Invalid input for param nonsense')
    if (this.runs.some((run) => run.dag === dag && run.id === id))
      return this.#no(409, `DAGRun with DAG ID: '${dag}' and DAGRun ID: '${id}' already exists`)
    const run = this.ran(dag, at, { id, state: 'queued', type: 'manual', start: null, end: null, conf: { ...conf } })
    return { status: 200, body: shownRun(run, this.isThree) }
  }
}

function page(key: string, all: readonly unknown[], asked: URLSearchParams): JobAnswer {
  const offset = Number(asked.get('offset') ?? 0)
  const limit = Math.min(PAGE_MAX, Number(asked.get('limit') ?? PAGE_MAX))
  return { status: 200, body: { [key]: all.slice(offset, offset + limit), total_entries: all.length } }
}

function isAt(asked: string, method: string, path: string): boolean {
  const [wanted, end = ''] = asked.split(' ')
  return wanted === method && path.endsWith(end)
}

/** Starts it on the loopback address; `url` is that of its page. */
export async function startAirflow(password: string, isThree: boolean): Promise<{ airflow: Airflow; url: string; close(): Promise<void> }> {
  const airflow = new Airflow(password, isThree)
  return { airflow, ...(await serve(airflow)) }
}
