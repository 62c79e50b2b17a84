import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Json, readJson, send } from './dbt-cloud-answers.ts'
import { failNow, finishJob, type JobAnswer, type JobFault } from './job-faults.ts'
import { serve } from './serve.ts'

const PAGE_MAX = 100
const refusal = (words: string): Json => ({ code: 'Error', message: words })

const NO_ENDPOINT: JobAnswer = { status: 404, body: { code: 'NotFound', message: 'No such endpoint' } }

/** One of its connections as the API shows it; `status` in full. */
export interface ShownConnection extends Json {
  id: string
  group_id: string
  status: Json
}

/** A stand-in for the REST API of Fivetran behind Basic: connections in pages by a cursor, syncs without a name, one of a connection at a time, and its ways of saying no. */
export class Fivetran {
  readonly key = 'a-key'
  readonly connections: ShownConnection[] = []
  readonly requests: string[] = []
  /** The next page of any is this one again. */
  isInCircle = false
  mayManage = true
  /** A sync that was asked for shows itself only when somebody says so, by `show`. */
  showsLate = false
  /** The connections whose syncs began because somebody asked for them, each time. */
  readonly begun: string[] = []
  readonly #late = new Set<string>()
  readonly #secret: string
  #faults: { fault: JobFault; request: RegExp }[] = []

  constructor(secret: string) {
    this.#secret = secret
  }

  /** The next request that fits, as `POST /v1/connections/prices/sync`, goes wrong. */
  fail(fault: JobFault, request = /./): void {
    this.#faults.push({ fault, request })
  }

  /** How a connection stands from now on. */
  turn(id: string, { status = {}, ...own }: Json & { status?: Json }): void {
    const connection = this.#find(id)
    if (connection !== undefined) Object.assign(connection, own, { status: { ...connection.status, ...status } })
  }

  /** The sync that goes on ends then. */
  end(id: string, how: 'succeeded_at' | 'failed_at', at: string): void {
    this.#late.delete(id)
    this.turn(id, { [how]: at, status: { sync_state: 'scheduled' } })
  }

  /** What was asked for late shows itself. */
  show(): void {
    for (const id of this.#late) this.turn(id, { status: { sync_state: 'syncing' } })
    this.#late.clear()
  }

  #find(id: string): ShownConnection | undefined {
    return this.connections.find((one) => one.id === id)
  }

  /** A connection whose last sync succeeded then, unless it is said otherwise. */
  connect(id: string, succeededAt: string | null, { status = {}, ...own }: Json & { status?: Json } = {}): ShownConnection {
    const connection = {
      ...{ id, group_id: 'g1', service: 'google_sheets', service_version: 1, schema: `sheets.${id}`, connected_by: 'somebody' },
      ...{ created_at: '2026-01-01T00:00:00.000000Z', succeeded_at: succeededAt, failed_at: null, sync_frequency: 360 },
      ...{ schedule_type: 'auto', paused: false, daily_sync_time: null, config: {}, ...own },
      status: {
        ...{ setup_state: 'connected', sync_state: 'scheduled', update_state: 'on_schedule', schema_status: 'ready' },
        ...{ is_historical_sync: false, rescheduled_for: null, tasks: [], warnings: [], ...status },
      },
    }
    this.connections.push(connection)
    return connection
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fivetran.invalid')
    const asked = `${request.method} ${pathname}`
    this.requests.push(asked)
    const body = request.method === 'POST' ? await readJson(request) : {}
    const at = this.#faults.findIndex((one) => one.request.test(asked))
    const fault = at < 0 ? undefined : this.#faults.splice(at, 1)[0]?.fault
    if (fault !== undefined && failNow(fault, response, refusal)) return
    const wanted = `Basic ${Buffer.from(`${this.key}:${this.#secret}`).toString('base64')}`
    if (request.headers.authorization !== wanted) send(response, 401, { code: 'AuthFailed', message: 'Invalid authorization' })
    else if (request.headers.accept !== 'application/json;version=2') send(response, 406, refusal('Not acceptable'))
    else finishJob(response, this.#route(asked, searchParams, body), fault, refusal)
  }

  #route(asked: string, search: URLSearchParams, body: Json): JobAnswer {
    if (asked === 'GET /v1/connections') return this.#page(search)
    const [, method, id = '', sync] = /^(GET|POST) \/v1\/connections\/([^/]+)(\/sync)?$/.exec(asked) ?? []
    if (method === undefined || (method === 'POST') !== (sync !== undefined)) return NO_ENDPOINT
    const connection = this.#find(id)
    if (connection === undefined)
      return { status: 404, body: { code: 'NotFound_Connection', message: `Connection with id '${id}' does not exist.` } }
    if (method === 'GET') return { status: 200, body: { code: 'Success', data: connection } }
    if (!this.mayManage) return { status: 403, body: { code: 'Forbidden', message: 'Not enough permissions' } }
    return this.#sync(connection, body)
  }

  /** It says that it has started one also where one went on already. */
  #sync({ id, status, paused }: ShownConnection, { force }: Json): JobAnswer {
    const goesOn = status['sync_state'] === 'syncing' || this.#late.has(id)
    if (force === true || (!goesOn && paused !== true)) {
      this.begun.push(id)
      this.#late.add(id)
      if (!this.showsLate) this.show()
    }
    return { status: 200, body: { code: 'Success', message: `Sync has been successfully triggered for connection with id '${id}'` } }
  }

  #page(search: URLSearchParams): JobAnswer {
    const limit = Number(search.get('limit') ?? PAGE_MAX)
    if (limit > PAGE_MAX) return { status: 400, body: { code: 'IllegalState', message: 'limit is too large' } }
    const from = Number(Buffer.from(search.get('cursor') ?? '', 'base64url').toString() || 0)
    const to = from + limit
    const next = this.isInCircle ? from : to < this.connections.length ? to : null
    const cursor = next === null ? {} : { next_cursor: Buffer.from(String(next)).toString('base64url') }
    return { status: 200, body: { code: 'Success', data: { items: this.connections.slice(from, to), ...cursor } } }
  }
}

/** Starts it on the loopback address; `url` is that of its API. */
export async function startFivetran(secret: string): Promise<{ fivetran: Fivetran; url: string; close(): Promise<void> }> {
  const fivetran = new Fivetran(secret)
  const { url, close } = await serve(fivetran)
  return { fivetran, url: `${url}/v1`, close }
}
