import { z } from 'zod'
import { Kept } from '#lib/connectors/dbt/cloud/kept.ts'
import { orNull, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { basicAuth, keyAuth } from '#lib/connectors/kit/ask.ts'
import { type Ask, HttpSession, type Ticket } from '#lib/connectors/kit/http-session.ts'
import { type Dated, datedReader } from '#lib/connectors/kit/moment.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import type { Connected } from './settings.ts'
import {
  type AirflowAsset,
  assetSchema,
  type Dag,
  type DagRun,
  dagSchema,
  errorIn,
  eventSchema,
  logSchema,
  runSchema,
  type Task,
  taskSchema,
  tokenSchema,
  versionSchema,
} from './shapes.ts'

/** It gives no more at once. */
const PAGE = 100
/** The log of a task that is longer is not read for the words of its failure. */
const LOG_BYTES_MAX = 1024 * 1024
/** With what tasks failed, by their logs and the ends of their runs: each look tells of the failures of an hour again, and a log is large. */
const taskErrors = new Kept<{ words: string | null }>(1000)

type Query = Record<string, string>

/** The REST API of Airflow, v2 of Airflow 3 and v1 of Airflow 2. */
export class AirflowApi {
  readonly system: string
  readonly base: string
  /** Airflow 3, which tells more. */
  readonly isThree: boolean
  readonly #connection: Connected
  readonly #session: HttpSession
  readonly #inShape: ReadShape
  #dags: Promise<Map<string, Dag>> | null = null
  #assets: Promise<Map<string, AirflowAsset>> | null = null

  constructor(connection: Connected) {
    const { url, timeout, api } = connection.settings
    this.isThree = api === 'v2'
    this.system = `Airflow (${connection.key})`
    this.#inShape = shapeReader(this.system, 'Airflow')
    this.base = url.replace(/\/+$/, '')
    this.#connection = connection
    this.#session = new HttpSession(connection, { system: this.system, timeoutMs: timeout, signIn: (ask) => this.#signIn(ask) })
  }

  async #signIn(ask: Ask): Promise<Ticket> {
    const { user, password, token } = this.#connection.settings
    if (token !== undefined) return { headers: keyAuth(token, 'bearer'), endsAt: null }
    if (!this.isThree) return { headers: user === undefined ? {} : basicAuth(user, password), endsAt: null }
    const explain = (code: number) => (code === 404 ? this.#elsewhere() : undefined)
    const url = `${this.base}/auth/token`
    const answer = await ask(user === undefined ? { url, explain } : { url, explain, json: { username: user, password } })
    const { access_token: access, jwt_token: jwt } = this.#inShape(tokenSchema, answer, 'its token')
    const issued = access ?? jwt
    if (issued == null) throw refusedAnswer(this.system, 'it holds no token')
    return { headers: keyAuth(issued, 'bearer'), endsAt: null }
  }

  #elsewhere(): TidemarkError {
    const publicMessage = `${this.system} has no /auth/token at that address (HTTP 404). For Airflow 2 write api: v1; else check the url, which is that of its page without /api.`
    return new TidemarkError('refused', { publicMessage, systemWide: true })
  }

  async version(): Promise<string> {
    return (await this.get('/version', versionSchema, 'its version')).version
  }

  /** All DAGs that are there, by their ids; asked for once in a session. */
  dags(): Promise<Map<string, Dag>> {
    this.#dags ??= this.#byKey(this.#list('/dags', 'dags', dagSchema, { order_by: 'dag_id' }), ({ id }) => id)
    return this.#dags
  }

  /** One DAG; null where there is none. */
  dag(id: string): Promise<Dag | null> {
    return orNull(this.get(`/dags/${encodeURIComponent(id)}`, dagSchema, `the DAG ${id}`))
  }

  /** All assets, or datasets, by their URIs; asked for once in a session. */
  assets(): Promise<Map<string, AirflowAsset>> {
    this.#assets ??= this.#byKey(this.#list(`/${this.#assetsAre}`, this.#assetsAre, assetSchema, { order_by: 'id' }), ({ uri }) => uri)
    return this.#assets
  }

  /** When something told of an asset last; null: nothing has. */
  async lastEventOf({ id, last_asset_event: last }: AirflowAsset): Promise<number | null> {
    if (last?.timestamp != null) return last.timestamp
    const what = this.#assetsAre
    const of = what.slice(0, -1)
    const query = new URLSearchParams({ [`${of}_id`]: String(id), order_by: '-timestamp', limit: '1' })
    const schema = z.object({ asset_events: z.array(eventSchema).optional(), dataset_events: z.array(eventSchema).optional() })
    const { asset_events, dataset_events } = await this.get(`/${what}/events?${query}`, schema, `the events of its ${what}`)
    return (asset_events ?? dataset_events)?.[0]?.timestamp ?? null
  }

  /** Runs of a DAG, or of all (`~`), that fit, each once. Throws where the list breaks off. */
  runs(dag: string, query: Query): AsyncGenerator<Dated<DagRun>> {
    return this.#list(`/dags/${encodeURIComponent(dag)}/dagRuns`, 'dag_runs', runSchema, query)
  }

  /** One run by its id; null where there is none. */
  run(dag: string, id: string): Promise<DagRun | null> {
    return orNull(this.get(`/dags/${encodeURIComponent(dag)}/dagRuns/${encodeURIComponent(id)}`, runSchema, 'its run'))
  }

  /** The newest run of a DAG that ended well; null where there is none. */
  async lastSuccess(dag: string): Promise<DagRun | null> {
    const path = `/dags/${encodeURIComponent(dag)}/dagRuns`
    const succeeded = this.#list(path, 'dag_runs', runSchema, { state: 'success', order_by: '-end_date' }, 1)
    for await (const run of succeeded) if (run.dag_id === dag && run.state === 'success' && run.end_date !== null) return run
    return null
  }

  /** The tasks of a run that failed themselves. */
  async failedTasks({ dag_id: dag, dag_run_id: id }: DagRun): Promise<Task[]> {
    const path = `/dags/${encodeURIComponent(dag)}/dagRuns/${encodeURIComponent(id)}/taskInstances`
    const schema = z.object({ task_instances: z.array(taskSchema) })
    const answer = await orNull(this.get(`${path}?state=failed&limit=${PAGE}`, schema, 'the tasks of its run'))
    return answer?.task_instances.filter(({ state }) => state === 'failed') ?? []
  }

  /** With what a task of a run ended at its last try, as the last line of its log that names an error says; null: no log tells, or those of Airflow 2. */
  async errorOf(run: DagRun, { task_id: task, map_index: index, try_number: at }: Task): Promise<string | null> {
    if (!this.isThree) return null
    const parts = ['dags', run.dag_id, 'dagRuns', run.dag_run_id, 'taskInstances', task, 'logs', String(at ?? 1)]
    const url = this.#at(`/${parts.map(encodeURIComponent).join('/')}?map_index=${index ?? -1}`)
    const key = JSON.stringify([this.#connection.key, url, run.end_date])
    const error = taskErrors.get(key) ?? (await this.#errorIn(url))
    if (error !== undefined) taskErrors.keep(key, error)
    return error?.words ?? null
  }

  /** Undefined: another look may bring it. */
  async #errorIn(url: string): Promise<{ words: string | null } | undefined> {
    try {
      const answer = await this.#session.json({ url, bytesMax: LOG_BYTES_MAX })
      const errors = this.#inShape(logSchema, answer, 'the log of a task').content.flatMap((line) => errorIn(line) ?? [])
      return { words: errors.at(-1) ?? null }
    } catch (error) {
      // Which task failed is told all the same: its log may have gone with the machine it ran on.
      this.#connection.signal.throwIfAborted()
      this.#connection.log.debug('the log of a task could not be read', { url, error: toInternalMessage(error) })
      return isTidemarkError(error) && error.retryable ? undefined : { words: null }
    }
  }

  /** Starts a run under an id: asked twice it is the same run. */
  async start(dag: string, id: string, parameters: Record<string, unknown>): Promise<DagRun> {
    const json = { dag_run_id: id, conf: parameters, ...(this.isThree && { logical_date: null, note: 'Asked for by Tidemark' }) }
    const explain = (code: number, body: string) => {
      if (code === 403)
        return `${this.system} does not let us start ${dag} (HTTP 403). Give the account the right to create runs of the DAG.`
      return code === 400 || code === 422
        ? `${this.system} does not start ${dag} so (HTTP ${code}): ${foreignWords(body) || 'it does not say why'}.`
        : undefined
    }
    try {
      const answer = await this.#session.json({ url: this.#at(`/dags/${encodeURIComponent(dag)}/dagRuns`), json, explain })
      return this.#inShape(runSchema, answer, 'the run that it has started')
    } catch (error) {
      const known = isTidemarkError(error) && error.status === 409 ? await this.run(dag, id) : null
      if (known !== null) return known
      throw error
    }
  }

  /** Ends a run and stops its tasks: Airflow calls that failed. */
  async fail({ dag_id: dag, dag_run_id: id }: DagRun): Promise<DagRun> {
    const path = `/dags/${encodeURIComponent(dag)}/dagRuns/${encodeURIComponent(id)}${this.isThree ? '?update_mask=state' : ''}`
    const explain = (code: number) =>
      code === 403
        ? `${this.system} does not let us cancel a run of ${dag} (HTTP 403). Give the account the right to edit runs of the DAG.`
        : undefined
    const answer = await this.#session.json({ url: this.#at(path), method: 'PATCH', json: { state: 'failed' }, explain })
    return this.#inShape(runSchema, answer, 'the run that it has ended')
  }

  async get<T>(path: string, shape: z.ZodType<T>, what: string): Promise<T> {
    return this.#inShape(shape, await this.#session.json({ url: this.#at(path) }), what)
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  get #assetsAre(): 'assets' | 'datasets' {
    return this.isThree ? 'assets' : 'datasets'
  }

  #at(path: string): string {
    return `${this.base}/api/${this.isThree ? 'v2' : 'v1'}${path}`
  }

  #list<T extends { id: string | number }>(
    path: string,
    key: string,
    shape: z.ZodType<T>,
    query: Query,
    limit = PAGE,
  ): AsyncGenerator<Dated<T>> {
    const read = datedReader(this.#inShape)
    const page = z.object({ [key]: z.array(z.unknown()), total_entries: z.int() })
    return offsetPages(this.system, `its ${key.replace('_', ' ')}`, async (offset) => {
      const asked = new URLSearchParams({ ...query, limit: String(limit), offset: String(offset) })
      const answer: Record<string, unknown> = await this.get(`${path}?${asked}`, page, `the list of its ${key}`)
      const items = this.#inShape(z.array(z.unknown()), answer[key], `the list of its ${key}`).map((one) =>
        read(shape, one, `one of its ${key}`),
      )
      return { items, isLast: offset + items.length >= Number(answer['total_entries']) }
    })
  }

  async #byKey<T>(list: AsyncIterable<T>, keyOf: (one: T) => string): Promise<Map<string, T>> {
    const found = new Map<string, T>()
    for await (const one of list) found.set(keyOf(one), one)
    return found
  }
}
