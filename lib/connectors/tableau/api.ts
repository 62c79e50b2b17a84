import { z } from 'zod'
import { gone } from '#lib/connectors/kit/answer.ts'
import { HttpSession, type SessionQuestion } from '#lib/connectors/kit/http-session.ts'
import { type Dated, datedReader } from '#lib/connectors/kit/moment.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { CALLED, type Connected, type Kind, pathOf, type Target } from './settings.ts'
import {
  type Content,
  contentSchema,
  type Job,
  jobSchema,
  type ListedJob,
  listedJobSchema,
  oneJobSchema,
  pageSchema,
  serverSchema,
  signedInSchema,
  type Task,
  tasksSchema,
  type View,
  viewSchema,
} from './shapes.ts'
import { type SharedSignIn, type SignedIn, sharedSignIn } from './sign-in.ts'
import { whyNotCancelled, whyNotRefreshed } from './why-not.ts'

/** It gives no more at once. */
const PAGE = 1000
const ITEM = { datasources: 'datasource', workbooks: 'workbook', views: 'view', jobs: 'backgroundJob' } as const
const IN = { datasources: 'datasources', workbooks: 'workbooks', views: 'views', jobs: 'backgroundJobs' } as const
type Listed = keyof typeof ITEM

const identified = z.looseObject({ id: z.string() })

/** The REST API of a site of Tableau, signed in to by a personal access token. */
export class TableauApi {
  readonly system: string
  /** Where people meet the site. */
  readonly webUrl: string
  readonly #connection: Connected
  readonly #server: string
  readonly #base: string
  readonly #session: HttpSession
  readonly #read: ReadShape
  readonly #shared: SharedSignIn
  #signedIn: SignedIn | null = null
  readonly #lists = new Map<Listed, Promise<Map<string, unknown>>>()
  readonly #jobs = new Map<string, Promise<Dated<Job>>>()

  constructor(connection: Connected) {
    const { url, api, site, timeout } = connection.settings
    this.system = `Tableau (${connection.key})`
    this.#read = shapeReader(this.system, 'Tableau')
    this.#connection = connection
    this.#server = url.replace(/\/+$/, '')
    this.#base = `${this.#server}/api/${api}`
    this.webUrl = `${this.#server}/#${site === '' ? '' : `/site/${site}`}`
    this.#shared = sharedSignIn(connection)
    const holder = connection.tickets ?? this
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      tellsMore: true,
      signIn: async (ask) => {
        this.#signedIn = await this.#shared.take(holder, this.#signedIn, () => this.#enter(ask))
        return this.#signedIn
      },
      signOut: async (ask) => {
        const last = await this.#shared.leave(holder)
        if (last !== null) await ask({ url: `${this.#base}/auth/signout`, method: 'POST', headers: last.headers })
      },
    })
  }

  async #enter(ask: (question: SessionQuestion) => Promise<JsonValue>): Promise<SignedIn> {
    const { tokenName, tokenSecret, site } = this.#connection.settings
    const credentials = { personalAccessTokenName: tokenName, personalAccessTokenSecret: tokenSecret, site: { contentUrl: site } }
    const answer = await ask({ url: `${this.#base}/auth/signin`, json: { credentials }, explain: (status) => this.#notLetIn(status) })
    const { token, estimatedTimeToExpiration: left, site: entered } = this.#read(signedInSchema, answer, 'the sign-in').credentials
    const [, hours, minutes, seconds] = (/^(\d+):(\d\d):(\d\d)$/.exec(left ?? '') ?? []).map(Number)
    const lastsMs = hours === undefined ? null : hours * HOUR_MS + (minutes ?? 0) * MINUTE_MS + (seconds ?? 0) * SECOND_MS
    const endsAt = lastsMs === null ? null : this.#connection.clock.now() + lastsMs
    return { headers: { 'x-tableau-auth': token }, endsAt, site: entered.id }
  }

  #notLetIn(status: number): TidemarkError | undefined {
    if (status !== 401 && status !== 403 && status !== 404) return undefined
    const publicMessage =
      status === 404
        ? `${this.system} has no API at that address, or not in that version (HTTP 404). Check url and api.`
        : `${this.system} refused the personal access token (HTTP ${status}). Check tokenName, tokenSecret and site; one that was not used for 15 days has ended.`
    return new TidemarkError('refused', { publicMessage, status, systemWide: true, lasting: 'refused' })
  }

  /** Signs in, unless that is done, and tells which version it is. */
  async version(): Promise<string> {
    const what = 'its version'
    const answer = await this.#session.json({ url: `${this.#base}/serverinfo` })
    return this.#read(serverSchema, answer, what).serverInfo.productVersion.value
  }

  /** How many of them the account may see. */
  async count(kind: Kind): Promise<number> {
    const what = `its ${CALLED[kind]}s`
    const answer = await this.#get(what, `${kind}?pageSize=1&pageNumber=1`)
    return this.#read(pageSchema, answer, what).pagination.totalAvailable
  }

  /** The ids of all of them that the account may see; asked for once in a session. */
  async ids(kind: Kind | 'views'): Promise<Set<string>> {
    return new Set((await this.#listed(kind)).keys())
  }

  /** One that is listed; undefined: it is not. Throws where it is not as Tableau writes it. */
  async listed(kind: Kind, id: string): Promise<Content | undefined> {
    const item = (await this.#listed(kind)).get(id)
    return item === undefined ? undefined : this.#read(contentSchema, item, `the ${CALLED[kind]} ${id}`)
  }

  /** A view that is listed; undefined: it is not. */
  async view(id: string): Promise<View | undefined> {
    const item = (await this.#listed('views')).get(id)
    return item === undefined ? undefined : this.#read(viewSchema, item, `the view ${id}`)
  }

  /** One of them, asked for now. Throws where it is not there. */
  async one({ kind, id }: Target): Promise<Content> {
    const what = `the ${CALLED[kind]} ${id}`
    const answer = this.#read(z.looseObject({}), await this.#get(what, pathOf({ kind, id })), what)
    return this.#read(contentSchema, answer[ITEM[kind]], what)
  }

  /** Jobs that fit, each once; what they refresh is told of each alone. */
  async *jobs(filters: readonly string[]): AsyncGenerator<Dated<ListedJob>> {
    for await (const item of this.#pages('jobs', filters)) yield datedReader(this.#read)(listedJobSchema, item, `the job ${item.id}`)
  }

  /** One job with what it refreshes; of one that has ended asked for once in a session. */
  async job({ id, endedAt }: Pick<ListedJob, 'id' | 'endedAt'>): Promise<Dated<Job>> {
    const known = this.#jobs.get(id)
    if (known !== undefined) return known
    const asked = this.#get(`the job ${id}`, `jobs/${id}`).then((answer) => this.#readJob(answer, `the job ${id}`))
    if (endedAt !== null) this.#jobs.set(id, asked)
    return asked
  }

  #readJob(answer: JsonValue, what: string): Dated<Job> {
    return datedReader(this.#read)(jobSchema, this.#read(oneJobSchema, answer, what).job, what)
  }

  /** What refreshes extracts by a schedule. */
  async tasks(): Promise<Task[]> {
    const what = 'its refresh tasks'
    const { task } = this.#read(tasksSchema, await this.#get(what, 'tasks/extractRefreshes'), what).tasks
    return (task ?? []).flatMap(({ extractRefresh }) => extractRefresh ?? [])
  }

  /** Queues a refresh of an extract; Tableau queues one of each at a time, and takes no key. */
  async refresh(target: Target, name: string): Promise<Dated<Job>> {
    const explain = (status: number, body: string) => whyNotRefreshed(this.system, name, status, body)
    const url = await this.#at(`${pathOf(target)}/refresh`)
    return this.#readJob(await this.#session.json({ url, json: {}, isOnce: true, explain }), 'the job that it has queued')
  }

  /** Tells a job to stop; its end stands in it some time later. */
  async cancel(id: string): Promise<void> {
    const explain = (status: number, body: string) => whyNotCancelled(this.system, id, status, body)
    await this.#session.json({ url: await this.#at(`jobs/${id}`), method: 'PUT', explain })
  }

  /** An answer of the Metadata API, which bears the marks of its errors itself. */
  async graph(query: string, ids: readonly string[]): Promise<JsonValue> {
    const explain = (status: number) => {
      if (status !== 403 && status !== 404) return undefined
      return new TidemarkError('refused', { publicMessage: `it does not answer (HTTP ${status})`, status, lasting: 'refused' })
    }
    return this.#session.json({ url: `${this.#server}/api/metadata/graphql`, json: { query, variables: { ids } }, explain })
  }

  /** Signs out, unless another session of the connection, or the run it is of, goes on. */
  async close(): Promise<void> {
    await this.#session.close()
    await this.#shared.leave(this)
  }

  #listed(what: Exclude<Listed, 'jobs'>): Promise<Map<string, unknown>> {
    const known = this.#lists.get(what) ?? Array.fromAsync(this.#pages(what)).then((all) => new Map(all.map((item) => [item.id, item])))
    this.#lists.set(what, known)
    return known
  }

  #pages(list: Listed, filters: readonly string[] = []) {
    const what = `its ${list === 'datasources' ? 'data sources' : list}`
    const filter = filters.length === 0 ? {} : { filter: filters.join(',') }
    let page = 0
    return offsetPages(this.system, what, async () => {
      page += 1
      const search = new URLSearchParams({ pageSize: String(PAGE), pageNumber: String(page), ...filter })
      const answer = this.#read(pageSchema, await this.#get(what, `${list}?${search}`), `the list of ${what}`)
      const { pageSize, totalAvailable } = answer.pagination
      // Of none there is no list in it.
      const inside = this.#read(z.looseObject({}), answer[IN[list]] ?? {}, `the list of ${what}`)
      const items = this.#read(z.array(identified).nullish(), inside[ITEM[list]], `the list of ${what}`) ?? []
      const isLast = page * pageSize >= totalAvailable
      return { items, isLast }
    })
  }

  async #get(what: string, path: string): Promise<JsonValue> {
    return this.#session.json({ url: await this.#at(path), explain: (status) => this.#explain(what, status) })
  }

  /** Its addresses name the site by an id that only a sign-in tells. */
  async #at(path: string): Promise<string> {
    if (this.#signedIn === null) await this.version()
    return `${this.#base}/sites/${this.#signedIn?.site}/${path}`
  }

  #explain(what: string, status: number): TidemarkError | undefined {
    if (status === 404) return gone(`${this.system} does not show ${what} (HTTP 404): there is none, or not to us.`)
    if (status !== 403) return undefined
    const publicMessage = `${this.system} does not let the account of its token see ${what} (HTTP 403). Jobs are shown to site administrators, the rest to whoever may view it.`
    return new TidemarkError('refused', { publicMessage, status, lasting: 'refused' })
  }
}
