import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Json } from './dbt-cloud-answers.ts'
import { finishJob, type JobAnswer } from './job-faults.ts'
import { serve } from './serve.ts'
import { Showing } from './showing.ts'

const EDITED = '2026-11-29T11:59:00.000Z'
const refusal = (message: string): Json => ({ errors: { _error: message } })

export interface ShownCard extends Json {
  id: number
}

/** A stand-in for the API of Metabase behind an API key: cards, dashboards, tables, and its ways of saying no, which are plain text. */
export class Metabase extends Showing {
  readonly cards: ShownCard[] = []
  readonly dashboards: (ShownCard & { name: string })[] = []
  readonly tables: Json[] = [
    { id: 5, name: 'prices', schema: 'sales', db_id: 1, active: true },
    { id: 6, name: 'terms', schema: null, db_id: 1, active: true },
  ]
  readonly databases: Json[] = [
    { id: 1, name: 'Warehouse', engine: 'postgres', initial_sync_status: 'complete' },
    { id: 2, name: 'Events', engine: 'mongo', initial_sync_status: 'complete' },
  ]
  /** What each card answers, by its id. */
  readonly results = new Map<number, Json>()
  mayListDatabases = true
  readonly #key: string

  constructor(key: string) {
    super(100)
    this.#key = key
  }

  /** A card that was edited and opened just now. */
  ask(name: string, query: Json, own: Json = {}): ShownCard {
    const card = {
      ...{ id: this.cards.length + 1, name, type: 'question', display: 'table', archived: false, cache_ttl: null, database_id: 1 },
      ...{ dataset_query: query, collection: { id: 3, name: 'Sales' }, creator: { id: 1, common_name: 'Ada Byron' }, view_count: 9 },
      ...{ created_at: '2026-01-01T00:00:00Z', updated_at: EDITED, last_query_start: EDITED, ...own },
    }
    this.cards.push(card)
    return card
  }

  /** A dashboard of these cards and a heading, edited just now. */
  show(name: string, cards: readonly ShownCard[], own: Json = {}): void {
    const shown = cards.map((card, i) => ({ id: i + 1, card_id: card.id, card, series: [], row: i, col: 0, size_x: 4, size_y: 4 }))
    this.dashboards.push({
      ...{ id: this.dashboards.length + 1, name, archived: false, collection: null, parameters: [], tabs: [], cache_ttl: null },
      ...{ created_at: '2026-01-01T00:00:00Z', updated_at: EDITED, 'last-edit-info': { timestamp: EDITED }, view_count: 9 },
      dashcards: [...shown, { id: 99, card_id: null, card: null, series: [], row: 0, col: 0, size_x: 4, size_y: 1 }],
      ...own,
    })
  }

  /** What a card answers from now on: rows of one column, whole or cut. */
  result(card: ShownCard, rows: readonly unknown[], own: Json = {}, data: Json = {}): void {
    const cols = [{ name: 'loaded_at', display_name: 'Loaded at', base_type: 'type/DateTimeWithTZ' }]
    const shown = { rows: rows.map((value) => [value]), cols, results_timezone: 'UTC', ...data }
    this.results.set(card.id, { data: shown, status: 'completed', row_count: rows.length, started_at: EDITED, ...own })
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://metabase.invalid')
    const sent = await bodyOf(request)
    this.requests.push(`${request.method} ${pathname}${sent}`)
    const fault = this.faultAt(pathname, response, refusal)
    if (fault === 'answered') return
    if (request.headers['x-api-key'] !== this.#key) return sayNo(response, 401, 'Unauthenticated')
    if (pathname === '/api/database' && !this.mayListDatabases) return sayNo(response, 403, "You don't have permissions to do that.")
    const found = this.#route(pathname, searchParams)
    if (found === null) sayNo(response, 404, 'Not found.')
    else finishJob(response, found, fault, refusal)
  }

  #route(path: string, search: URLSearchParams): JobAnswer | null {
    const good = (body: unknown, status = 200) => (body === undefined ? null : { status, body })
    if (path === '/api/user/current') return good({ id: 7, common_name: 'Tidemark' })
    if (path === '/api/card') return good(this.cards)
    if (path === '/api/database') return good({ data: this.databases, total: this.databases.length })
    if (path === '/api/table') return good(this.tables)
    if (path === '/api/search' && search.get('models') === 'dashboard') return good(this.#page(search))
    const [, kind, id] = /^\/api\/(dashboard|card)\/(\d+)(?:\/query)?$/.exec(path) ?? []
    if (kind === 'card') return good(this.results.get(Number(id)), 202)
    return good(this.dashboards.find((one) => one.id === Number(id)))
  }

  #page(search: URLSearchParams): Json {
    const offset = Number(search.get('offset') ?? 0)
    const size = Math.min(Number(search.get('limit') ?? 50), this.pageMax)
    const all = this.dashboards.map(({ id, name }) => ({ id, name, model: 'dashboard', archived: false }))
    return { total: all.length, data: this.page(all, offset, size), limit: size, offset }
  }
}

function sayNo(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(words)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? '' : ` ${text}`
}

/** Starts it on the loopback address. */
export async function startMetabase(key: string): Promise<{ metabase: Metabase; url: string; close(): Promise<void> }> {
  const metabase = new Metabase(key)
  return { metabase, ...(await serve(metabase)) }
}
