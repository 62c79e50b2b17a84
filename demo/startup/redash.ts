import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Json, send } from './dbt-cloud-answers.ts'
import { finishJob, type JobAnswer } from './job-faults.ts'
import { serve } from './serve.ts'
import { Showing } from './showing.ts'

const refusal = (message: string): Json => ({ message })
/** It never says 401. */
const NOBODY: JobAnswer = { status: 404, body: refusal("Couldn't find resource. Please login and try again.") }
const EDITED = '2026-11-29T11:59:00.000Z'

export interface ShownThing extends Json {
  id: number
}

/** A refresh of a query as the queue of Redash keeps it: 1 waits, 2 goes on, 3 has ended, 4 has failed, or was told to stop. */
export interface RefreshJob {
  id: string
  query: number
  status: number
  error: string
}

/** A stand-in for the API of Redash behind the key of a user: queries, dashboards, data sources and refreshes, one of a query at a time, and its ways of saying no. */
export class Redash extends Showing {
  readonly queries: ShownThing[] = []
  readonly dashboards: (ShownThing & { widgets: Json[] })[] = []
  readonly sources: Json[] = [
    { id: 1, name: 'Warehouse', type: 'pg', syntax: 'sql', paused: 0, pause_reason: null },
    { id: 2, name: 'Results', type: 'results', syntax: 'sql', paused: 0, pause_reason: null },
    { id: 3, name: 'Events', type: 'mongodb', syntax: 'json', paused: 0, pause_reason: null },
  ]
  mayListSources = true
  /** `paused`: its only source takes no queries for now. */
  mayRefresh: true | false | 'paused' = true
  readonly jobs: RefreshJob[] = []
  /** What happens while somebody asks for a refresh to be cancelled. */
  meanwhile = () => {}
  /** What it says of one that was told to stop, whatever has become of it; older versions let it stand as it stood. */
  told: { status?: number; error: string } = { status: 4, error: 'Query cancelled by user.' }
  #key: string

  constructor(key: string) {
    super(250)
    this.#key = key
  }

  /** Whoever comes with the old key is not known any more. */
  changeKey(key: string): void {
    this.#key = key
  }

  /** A query whose result was made then, edited just now. */
  ask(name: string, retrievedAt: string | null, own: Json = {}): ShownThing {
    const id = this.queries.length + 1
    const query = {
      ...{ id, name, query: 'select 1', query_hash: 'abc', latest_query_data_id: 500 + id, data_source_id: 1, version: 1, tags: [] },
      ...{ schedule: null, options: { parameters: [] }, is_archived: false, is_draft: false, user: { id: 1, name: 'Ada' } },
      ...{ updated_at: EDITED, created_at: '2026-01-01T00:00:00.000Z', retrieved_at: retrievedAt, runtime: 0.03, ...own },
    }
    this.queries.push(query)
    return query
  }

  /** A dashboard of these queries and a text, edited just now. */
  show(name: string, queries: readonly Json[], own: Json & { widgets?: Json[] } = {}): ShownThing {
    const id = this.dashboards.length + 1
    const widgets = queries.map((query, i) => {
      // As it is embedded there it has no result.
      const { retrieved_at: _, runtime: __, ...embedded } = query
      return { id: i + 1, width: 1, text: '', options: {}, visualization: { id: i + 1, type: 'TABLE', name: 'Table', query: embedded } }
    })
    const dashboard = {
      ...{ id, slug: `d${id}`, name, user: { id: 1, name: 'Ada' }, layout: [], tags: [], is_archived: false, is_draft: false },
      ...{ updated_at: EDITED, created_at: '2026-01-01T00:00:00.000Z', version: 1, can_edit: false, ...own },
      widgets: [...widgets, { id: 99, width: 1, text: 'Read me', options: {}, visualization: null }, ...(own.widgets ?? [])],
    }
    this.dashboards.push(dashboard)
    return dashboard
  }

  /** The refresh of a query goes on, or has ended then: with a result, or with the words of why there is none. */
  turn(query: ShownThing, status: 2 | 3 | 4, at = '', error = ''): void {
    const job = this.jobs.findLast((one) => one.query === query.id)
    if (job !== undefined) Object.assign(job, { status, error })
    if (status === 3) query['retrieved_at'] = at
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://redash.invalid')
    this.requests.push(`${request.method} ${pathname}`)
    const fault = this.faultAt(pathname, response, refusal)
    if (fault === 'answered') return
    if (!pathname.startsWith('/api/')) response.writeHead(404, { 'content-type': 'text/html' }).end('<!DOCTYPE html><h1>Not found</h1>')
    else if (request.headers.authorization !== `Key ${this.#key}`) send(response, NOBODY.status, NOBODY.body)
    else {
      const path = pathname.slice('/api/'.length)
      const [, query] = /^queries\/(\d+)\/refresh$/.exec(path) ?? []
      const isStart = request.method === 'POST' && query !== undefined
      const [, job] = /^jobs\/(.+)$/.exec(path) ?? []
      const isCancel = request.method === 'DELETE' && job !== undefined
      const answer = isStart ? this.#refresh(Number(query)) : isCancel ? this.#cancel(job) : this.#route(path, searchParams)
      finishJob(response, answer, fault, refusal)
    }
  }

  /** Whoever asks for what is being refreshed is given that. */
  #refresh(id: number): JobAnswer {
    const said = (status: number, error: string): JobAnswer => ({ status, body: { job: { status: 4, error } } })
    const query = this.queries.find((one) => one.id === id)
    if (query === undefined) return { status: 404, body: refusal('Not found') }
    if (this.mayRefresh === false) return said(403, 'You do not have permission to run queries with this data source.')
    if (this.mayRefresh === 'paused') return said(400, 'Warehouse is paused. Please try later.')
    const goesOn = this.jobs.find((one) => one.query === id && one.status < 3)
    const job = goesOn ?? { id: randomUUID(), query: id, status: 1, error: '' }
    if (goesOn === undefined) this.jobs.push(job)
    return shownJob(job)
  }

  /** It takes that of anything that it still knows. */
  #cancel(id: string): JobAnswer {
    const job = this.jobs.find((one) => one.id === id)
    if (job === undefined) return shownJob(undefined)
    this.meanwhile()
    Object.assign(job, this.told)
    return { status: 200, body: null }
  }

  #route(path: string, search: URLSearchParams): JobAnswer {
    if (path === 'session') return { status: 200, body: { user: { id: 1, name: 'Tidemark' }, org_slug: 'default' } }
    if (path === 'queries')
      return this.#page(
        this.queries.filter((query) => query['is_archived'] === false),
        search,
      )
    if (path === 'dashboards')
      return this.#page(
        this.dashboards.map(({ widgets: _, ...entry }) => entry),
        search,
      )
    if (path === 'data_sources' && !this.mayListSources)
      return { status: 403, body: refusal("You don't have the permission to access the requested resource.") }
    if (path === 'data_sources') return { status: 200, body: this.sources }
    const [, job] = /^jobs\/(.+)$/.exec(path) ?? []
    // What has gone from its queue is an error of its own.
    if (job !== undefined) return shownJob(this.jobs.find(({ id }) => id === job))
    const dashboard = this.dashboards.find(({ id }) => path === `dashboards/${id}`)
    return dashboard === undefined ? { status: 404, body: refusal('Not found') } : { status: 200, body: dashboard }
  }

  #page(all: readonly Json[], search: URLSearchParams): JobAnswer {
    const page = Number(search.get('page') ?? 1)
    const wanted = Number(search.get('page_size') ?? 25)
    if (wanted < 1 || wanted > 250) return { status: 400, body: refusal('Invalid page size') }
    const size = Math.min(wanted, this.pageMax)
    const from = (page - 1) * size
    if (page < 1 || (from >= all.length && page > 1)) return { status: 400, body: refusal('Page is out of range.') }
    return { status: 200, body: { count: all.length, page, page_size: size, results: this.page(all, from, size) } }
  }
}

function shownJob(job: RefreshJob | undefined): JobAnswer {
  if (job === undefined) return { status: 500, body: refusal('Internal Server Error') }
  const { id, status, error } = job
  const result = status === 3 ? 556 : null
  return { status: 200, body: { job: { id, updated_at: 0, status, error, result, query_result_id: result } } }
}

/** Starts it on the loopback address. */
export async function startRedash(key: string): Promise<{ redash: Redash; url: string; close(): Promise<void> }> {
  const redash = new Redash(key)
  return { redash, ...(await serve(redash)) }
}
