import { z } from 'zod'
import { gone, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { HttpSession } from '#lib/connectors/kit/http-session.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import type { Connected } from './settings.ts'
import {
  type Dashboard,
  type DataSource,
  dashboardSchema,
  entrySchema,
  jobSchema,
  pageSchema,
  type Query,
  querySchema,
  type RefreshJob,
  refusalSchema,
  sessionSchema,
  sourceSchema,
} from './shapes.ts'

/** It gives no more at once. */
const PAGE = 250
/** The texts of many queries come with their list. */
const ANSWER_BYTES_MAX = 50_000_000
const numbered = z.looseObject({ id: z.int() })

/** The API of Redash, by the key of a user. */
export class RedashApi {
  readonly system: string
  /** Where people meet it. */
  readonly webUrl: string
  readonly #session: HttpSession
  readonly #read: ReadShape
  #queries: Promise<Map<number, unknown>> | null = null

  constructor(connection: Connected) {
    const { url, apiKey, timeout } = connection.settings
    this.system = `Redash (${connection.key})`
    this.#read = shapeReader(this.system, 'Redash')
    this.webUrl = url.replace(/\/+$/, '').replace(/\/api$/, '')
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      signIn: async () => ({ headers: { authorization: `Key ${apiKey}` }, endsAt: null }),
    })
  }

  /** What the account is called; null: Redash does not say. */
  async account(): Promise<string | null> {
    const { user } = this.#read(sessionSchema, await this.#get('our own account', 'session'), 'our own account')
    return user.name ?? null
  }

  /** The ids of all queries that the account may see; asked for once in a session. */
  async queryIds(): Promise<number[]> {
    return [...(await this.#listed()).keys()]
  }

  /** One of them; undefined: it is not listed. Throws where it is not as Redash writes it. */
  async query(id: number): Promise<Query | undefined> {
    const item = (await this.#listed()).get(id)
    return item === undefined ? undefined : this.#read(querySchema, item, `the query ${id}`)
  }

  /** The ids of all dashboards that the account may see. */
  async dashboardIds(): Promise<number[]> {
    const ids: number[] = []
    for await (const item of this.#pages('dashboards')) {
      const { id, is_archived: isArchived } = this.#read(entrySchema, item, 'one of its dashboards')
      if (isArchived !== true) ids.push(id)
    }
    return ids
  }

  /** One dashboard with what it shows. */
  async dashboard(id: number): Promise<Dashboard> {
    const what = `the dashboard ${id}`
    const read = this.#read(dashboardSchema, await this.#get(what, `dashboards/${id}`), what)
    if (read.id !== id) throw refusedAnswer(this.system, `instead of ${what} it gives the dashboard ${read.id}`)
    if (read.isArchived) throw gone(`${this.system}: ${what} was archived.`)
    return read
  }

  async dataSources(): Promise<DataSource[]> {
    return this.#read(z.array(sourceSchema), await this.#get('its data sources', 'data_sources'), 'its data sources')
  }

  /** Asks for a refresh, which makes the result that everybody sees. */
  async refresh({ id, name }: Query): Promise<RefreshJob> {
    const explain = (status: number, body: string) => this.#whyNotRefreshed(name, status, body)
    const answer = await this.#session.json({ url: `${this.webUrl}/api/queries/${id}/refresh`, json: {}, isOnce: true, explain })
    return this.#read(jobSchema, answer, `the refresh of ${name}`).job
  }

  #whyNotRefreshed(name: string, status: number, body: string): TidemarkError | string | undefined {
    const refused = refusalSchema.safeParse(jsonOf(body))
    const words = refused.success ? foreignWords(refused.data.job.error) : ''
    if (status === 403)
      return `${this.system} does not let its account refresh ${name} (HTTP 403)${words === '' ? '' : `: ${words}`} Give it the API key of a user who may run queries of its data source; that of a query reads alone.`
    if (status !== 400) return this.#explain(`the query ${name}`, status, body)
    const publicMessage = `${this.system} does not refresh ${name} now (HTTP 400): ${words || 'it does not say why'}`
    return new TidemarkError('unavailable', { publicMessage, status, retryable: true })
  }

  /** A refresh by its id; undefined: Redash does not know it any more. */
  async job(id: string): Promise<RefreshJob | undefined> {
    const what = `the refresh ${id}`
    try {
      return this.#read(jobSchema, await this.#get(what, `jobs/${encodeURIComponent(id)}`), what).job
    } catch (error) {
      // What it has forgotten it takes for an error of its own.
      if (isTidemarkError(error) && !error.systemWide && (error.lasting === 'gone' || error.status === 500)) return undefined
      throw error
    }
  }

  /** Tells a refresh to stop. It takes that of one that has ended, too. */
  async cancel(id: string): Promise<void> {
    const explain = (status: number, body: string) => this.#explain(`the refresh ${id}`, status, body)
    await this.#session.json({ url: `${this.webUrl}/api/jobs/${encodeURIComponent(id)}`, method: 'DELETE', explain })
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  #listed(): Promise<Map<number, unknown>> {
    this.#queries ??= this.#list()
    return this.#queries
  }

  async #list(): Promise<Map<number, unknown>> {
    const found = new Map<number, unknown>()
    for await (const item of this.#pages('queries')) found.set(item.id, item)
    return found
  }

  /** Its pages are as long as it says itself; a list that ends before as many as it counts is not the whole. */
  #pages(what: 'queries' | 'dashboards') {
    let page = 0
    return offsetPages(this.system, `its ${what}`, async () => {
      page += 1
      const search = new URLSearchParams({ page: String(page), page_size: String(PAGE), order: 'created_at' })
      const answer = this.#read(pageSchema, await this.#get(`its ${what}`, `${what}?${search}`), `the list of ${what}`)
      const isLast = page * answer.page_size >= answer.count
      const items = answer.results.map((item) => this.#read(numbered, item, `one of its ${what}`))
      return { items, isLast }
    })
  }

  #get(what: string, path: string) {
    const explain = (status: number, body: string) => this.#explain(what, status, body)
    return this.#session.json({ url: `${this.webUrl}/api/${path}`, bytesMax: ANSWER_BYTES_MAX, explain })
  }

  /** Whom it does not know Redash tells that there is nothing, and to log in. */
  #explain(what: string, status: number, body: string): TidemarkError | undefined {
    if (status === 404 && /please login/i.test(body)) {
      const publicMessage = `${this.system} does not know our key, and says so as HTTP 404. Give it the API key of a user who is not disabled.`
      return new TidemarkError('refused', { publicMessage, status, systemWide: true, lasting: 'refused' })
    }
    if (status === 404 && body.trimStart().startsWith('<')) {
      const publicMessage = `${this.system} has no API at that address (HTTP 404). Where there are several organisations the address ends in the name of one.`
      return new TidemarkError('refused', { publicMessage, status, systemWide: true, lasting: 'refused' })
    }
    if (status === 404) return gone(`${this.system} does not show ${what}: there is none, or its account may not see it.`)
    if (status !== 403) return undefined
    const publicMessage = `${this.system} does not let its account see ${what} (HTTP 403). A key of a query is not enough: give it that of a user.`
    return new TidemarkError('refused', { publicMessage, status, lasting: 'refused' })
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
