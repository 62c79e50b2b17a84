import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Json, readJson, send } from './dbt-cloud-answers.ts'
import { finishJob, type JobAnswer } from './job-faults.ts'
import { serve } from './serve.ts'
import { Showing } from './showing.ts'
import { answerGraph, type MetadataFault, type ToldThing } from './tableau/metadata.ts'
import { fitsFilter, idOf, type Listed, listedJob, type RefreshJob, shownContent, shownJob } from './tableau/things.ts'

const API = '/api/3.19'
const SITE = idOf(7, 1)
const PAGE_MAX = 1000
const refusalAs =
  (code: string, summary: string) =>
  (detail: string): Json => ({ error: { summary, detail, code } })
const refusal = refusalAs('500000', 'Internal Server Error')
const no = (status: number, code: string, summary: string, detail = summary): JobAnswer => ({
  status,
  body: refusalAs(code, summary)(detail),
})

type ListName = 'datasources' | 'workbooks' | 'views' | 'jobs'
const ITEM: Readonly<Record<ListName, readonly [string, string]>> = {
  datasources: ['datasources', 'datasource'],
  workbooks: ['workbooks', 'workbook'],
  views: ['views', 'view'],
  jobs: ['backgroundJobs', 'backgroundJob'],
}

/** A stand-in for a site of Tableau: one session for each token, texts for numbers, lists in pages, jobs, the Metadata API, and its ways of saying no. */
export class Tableau extends Showing {
  readonly datasources: Listed[] = []
  readonly workbooks: Listed[] = []
  readonly views: Listed[] = []
  readonly jobs: RefreshJob[] = []
  readonly tasks: Json[] = []
  readonly metadata: { publishedDatasources: ToldThing[]; workbooks: ToldThing[] } = { publishedDatasources: [], workbooks: [] }
  now: () => number = Date.now
  /** Those whose token is of a site administrator see jobs and start them. */
  isAdmin = true
  heedsFilters = true
  /** What happens while somebody asks for a job to be cancelled. */
  meanwhile = () => {}
  /** A job that was told to stop goes on for a while. */
  stopsAtOnce = true
  metadataFault: MetadataFault | undefined
  nodesMax = 20_000
  signIns = 0
  readonly #secret: string
  #token = ''

  constructor(secret: string) {
    super(PAGE_MAX)
    this.#secret = secret
  }

  get isSignedIn(): boolean {
    return this.#token !== ''
  }

  /** A data source with an extract that was refreshed then; `null`: it asks its database live. */
  source(name: string, refreshedAt: string | null, told: Json = {}, own: Json = {}): Listed {
    const source = shownContent(idOf(1, this.datasources.length + 1), name, refreshedAt !== null, own)
    this.datasources.push(source)
    this.metadata.publishedDatasources.push({
      luid: source.id,
      containsUnsupportedCustomSql: false,
      upstreamTables: [],
      ...extractAt(refreshedAt),
      ...told,
    })
    return source
  }

  /** A workbook on published data sources, and with data sources of its own. */
  workbook(name: string, on: readonly Listed[], embedded: readonly Json[] = []): Listed {
    const workbook = shownContent(
      idOf(2, this.workbooks.length + 1),
      name,
      embedded.some((one) => one['hasExtracts'] === true),
      { sheetCount: '1' },
    )
    const published = on.map(({ id }) => ({ luid: id }))
    // What stands in it of a published one seems to have the extract of that.
    const borrowed = published.map((parent) => ({
      ...extractAt('2026-01-01T00:00:00Z'),
      parentPublishedDatasources: [parent],
      upstreamTables: [],
    }))
    this.workbooks.push(workbook)
    this.metadata.workbooks.push({
      ...{ luid: workbook.id, containsUnsupportedCustomSql: false, upstreamDatasources: published },
      embeddedDatasources: [...borrowed, ...embedded.map((one) => ({ parentPublishedDatasources: [], upstreamTables: [], ...one }))],
    })
    return workbook
  }

  view(name: string, workbook: Listed): Listed {
    const id = idOf(3, this.views.length + 1)
    const view = {
      id,
      name,
      contentUrl: `${workbook.name}/sheets/${name}`,
      viewUrlName: name,
      workbook: { id: workbook.id },
      updatedAt: '2026-11-29T11:59:00Z',
    }
    this.views.push(view)
    return view
  }

  /** A refresh of an extract that began and succeeded then, unless it is said otherwise. */
  ran(of: Listed, at: string, own: Partial<RefreshJob> = {}): RefreshJob {
    const kind = this.workbooks.includes(of) ? 'workbook' : 'datasource'
    const job: RefreshJob = {
      ...{ id: idOf(4, this.jobs.length + 1), of, kind, status: 'Success', jobType: 'refresh_extracts', title: of.name, finishCode: 0 },
      ...{ createdAt: at, startedAt: at, endedAt: at, notes: 'Finished refresh of extracts.', ...own },
    }
    this.jobs.push(job)
    return job
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://tableau.invalid')
    const path = pathname.replace(`${API}/sites/${SITE}`, '').replace(API, '')
    this.requests.push(`${request.method} ${path}`)
    const body = request.method === 'POST' ? await readJson(request) : {}
    const fault = this.faultAt(path, response, refusal)
    if (fault === 'answered') return
    if (fault?.kind === 'token-expired') this.#token = ''
    if (request.headers.accept !== 'application/json') sendXml(response)
    else if (!pathname.startsWith(`${API}/`) && pathname !== '/api/metadata/graphql') sendPage(response)
    else if (path === '/auth/signin') this.#signIn(body, response)
    else if (path !== '/serverinfo' && request.headers['x-tableau-auth'] !== this.#token)
      send(response, 401, refusalAs('401002', 'Unauthorized Access')('Invalid authentication credentials were provided.'))
    else finishJob(response, this.#route(`${request.method} ${path}`, searchParams, body), fault, refusal)
  }

  /** A second sign-in by the same token ends the session of the first. */
  #signIn({ credentials }: Json, response: ServerResponse): void {
    const given = JSON.stringify(credentials)
    if (!given.includes(`"personalAccessTokenSecret":"${this.#secret}"`) || !given.includes('"contentUrl":"finance"')) {
      send(response, 401, refusalAs('401001', 'Signin Error')('Error signing in to Tableau Server'))
      return
    }
    this.#token = randomUUID()
    this.signIns += 1
    const site = { id: SITE, contentUrl: 'finance' }
    send(response, 200, { credentials: { token: this.#token, estimatedTimeToExpiration: '120:00:00', site, user: { id: idOf(8, 1) } } })
  }

  #route(asked: string, search: URLSearchParams, body: Json): JobAnswer {
    if (asked === 'GET /serverinfo')
      return {
        status: 200,
        body: { serverInfo: { productVersion: { value: '2025.1.4', build: '20251.25.0520.1010' }, restApiVersion: '3.25' } },
      }
    if (asked === 'POST /auth/signout') {
      this.#token = ''
      return { status: 200, body: {} }
    }
    if (asked === 'POST /api/metadata/graphql') return this.#graph(body)
    if (asked === 'GET /tasks/extractRefreshes')
      return { status: 200, body: { tasks: this.tasks.length === 0 ? {} : { task: this.tasks } } }
    const [, list] = /^GET \/(datasources|workbooks|views|jobs)$/.exec(asked) ?? []
    if (list === 'jobs' && !this.isAdmin) return no(403, '403004', 'Forbidden', 'Only administrators may query jobs.')
    if (list === 'jobs') return this.#page('jobs', this.#jobsFor(search.get('filter') ?? ''), search)
    if (list === 'datasources' || list === 'workbooks' || list === 'views') return this.#page(list, this[list], search)
    return this.#one(asked)
  }

  #one(asked: string): JobAnswer {
    const [, verb, kind, id, refresh] = /^(GET|POST|PUT) \/(datasources|workbooks|jobs)\/([\da-f-]+)(\/refresh)?$/.exec(asked) ?? []
    const job = kind === 'jobs' ? this.jobs.find((one) => one.id === id) : undefined
    if (job !== undefined) return verb === 'PUT' ? this.#cancel(job) : { status: 200, body: shownJob(job) }
    const thing = (kind === 'datasources' ? this.datasources : this.workbooks).find((one) => one.id === id)
    if (thing === undefined || kind === 'jobs') return no(404, '404005', 'Resource Not Found', 'It could not be found.')
    if (verb === 'GET') return { status: 200, body: { [kind === 'datasources' ? 'datasource' : 'workbook']: thing } }
    return refresh === undefined ? no(405, '405000', 'Invalid Request Method') : this.#refresh(thing)
  }

  #refresh(thing: Listed): JobAnswer {
    if (!this.isAdmin) return no(403, '403004', 'Forbidden', 'A non-administrator attempted to refresh.')
    if (thing['isBlocked'] === true) return no(409, '409090', 'Bad Request', 'Extract operation is not allowed.')
    const isBusy = ({ of, status }: RefreshJob) => of === thing && (status === 'Pending' || status === 'InProgress')
    if (this.jobs.some(isBusy))
      return no(409, '409093', 'Resource Conflict', "Job for 'extract' is already queued. Not queuing a duplicate.")
    const createdAt = `${new Date(this.now()).toISOString().slice(0, 19)}Z`
    const job = this.ran(thing, createdAt, { status: 'Pending', startedAt: null, endedAt: null, finishCode: null, notes: null })
    return { status: 202, body: { job: { id: job.id, mode: 'Asynchronous', type: 'RefreshExtract', createdAt } } }
  }

  #cancel(job: RefreshJob): JobAnswer {
    if (!this.isAdmin) return no(403, '403004', 'Forbidden', 'Only administrators may cancel jobs.')
    this.meanwhile()
    if (!this.jobs.includes(job)) return no(404, '404031', 'Resource Not Found', 'Job could not be found.')
    if (job.endedAt !== null) return no(400, '400000', 'Bad Request', 'The job has ended.')
    const endedAt = new Date(this.now()).toISOString()
    if (this.stopsAtOnce) Object.assign(job, { status: 'Cancelled', endedAt, finishCode: 2, notes: null })
    return { status: 200, body: shownJob(job) }
  }

  #graph({ query, variables }: Json): JobAnswer {
    if (this.metadataFault === 'not-found') return no(404, '404000', 'Not Found')
    const ids = JSON.parse(JSON.stringify(variables ?? {})).ids ?? []
    return { status: 200, body: answerGraph({ query: String(query), ids }, this.metadata, this.metadataFault, this.nodesMax) }
  }

  #jobsFor(filter: string): Json[] {
    return this.jobs.filter((job) => !this.heedsFilters || fitsFilter(job, filter)).map(listedJob)
  }

  /** Of nothing it shows no list. */
  #page(list: ListName, all: readonly Json[], search: URLSearchParams): JobAnswer {
    const [size, number] = [Number(search.get('pageSize') ?? 100), Number(search.get('pageNumber') ?? 1)]
    if (size < 1 || size > PAGE_MAX) return no(400, '400006', 'Invalid page size')
    const given = Math.min(size, this.pageMax)
    const items = this.page(all, (number - 1) * given, given)
    const [outer, inner] = ITEM[list]
    const pagination = { pageNumber: String(number), pageSize: String(given), totalAvailable: String(all.length) }
    return { status: 200, body: { pagination, [outer]: items.length === 0 ? {} : { [inner]: items } } }
  }
}

/** When an extract was loaded last, as the metadata tell it; null: there is none. */
export function extractAt(refreshedAt: string | null): Json {
  const other = { extractLastIncrementalUpdateTime: null, extractLastUpdateTime: refreshedAt }
  return { hasExtracts: refreshedAt !== null, extractLastRefreshTime: refreshedAt, ...other }
}

/** Whoever does not ask for JSON gets XML. */
function sendXml(response: ServerResponse): void {
  response
    .writeHead(406, { 'content-type': 'application/xml' })
    .end('<tsResponse><error code="406000"><summary>Not acceptable</summary></error></tsResponse>')
}

function sendPage(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/html' }).end('<!DOCTYPE html><h1>Not found</h1>')
}

/** Starts it on the loopback address. */
export async function startTableau(secret: string): Promise<{ tableau: Tableau; url: string; close(): Promise<void> }> {
  const tableau = new Tableau(secret)
  return { tableau, ...(await serve(tableau)) }
}
