import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from '#demo/campus/listen.ts'
import { type Json, send } from './dbt-cloud-answers.ts'
import { failNow, finishJob, type JobAnswer, type JobFault } from './job-faults.ts'

const PAGE_MAX = 100
const refusal = (words: string): Json => ({ code: 'Error', message: words })

/** One of its connections as the API shows it; `status` in full. */
export interface ShownConnection extends Json {
  id: string
  group_id: string
  status: Json
}

/** A stand-in for the REST API of Fivetran behind Basic: connections in pages by a cursor, and its ways of saying no. */
export class Fivetran {
  readonly key = 'a-key'
  readonly connections: ShownConnection[] = []
  readonly requests: string[] = []
  /** The next page of any is this one again. */
  isInCircle = false
  readonly #secret: string
  #faults: JobFault[] = []

  constructor(secret: string) {
    this.#secret = secret
  }

  /** The next requests go wrong, one after the other. */
  fail(...faults: JobFault[]): void {
    this.#faults.push(...faults)
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

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fivetran.invalid')
    this.requests.push(`${request.method} ${pathname}`)
    const fault = this.#faults.shift()
    if (fault !== undefined && failNow(fault, response, refusal)) return
    const wanted = `Basic ${Buffer.from(`${this.key}:${this.#secret}`).toString('base64')}`
    if (request.headers.authorization !== wanted) send(response, 401, { code: 'AuthFailed', message: 'Invalid authorization' })
    else if (request.headers.accept !== 'application/json;version=2') send(response, 406, refusal('Not acceptable'))
    else finishJob(response, this.#route(pathname, searchParams), fault, refusal)
  }

  #route(path: string, search: URLSearchParams): JobAnswer {
    if (path !== '/v1/connections') return { status: 404, body: { code: 'NotFound', message: 'No such endpoint' } }
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
  const { port, close } = await listen(createServer((request, response) => fivetran.answer(request, response)))
  return { fivetran, url: `http://127.0.0.1:${port}/v1`, close }
}
