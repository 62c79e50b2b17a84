import { z } from 'zod'
import { gone, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { HttpSession, type SessionQuestion } from '#lib/connectors/kit/http-session.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import type { Connected } from './settings.ts'
import {
  type Card,
  cardSchema,
  type Dashboard,
  type Database,
  dashboardSchema,
  databasesSchema,
  foundSchema,
  type Result,
  resultSchema,
  type Table,
  tableSchema,
  userSchema,
} from './shapes.ts'

const PAGE = 100
/** The queries of all cards come with their list. */
const ANSWER_BYTES_MAX = 50_000_000
const numbered = z.looseObject({ id: z.int() })

/** The API of Metabase, by an API key. */
export class MetabaseApi {
  readonly system: string
  /** Where people meet it. */
  readonly webUrl: string
  readonly #session: HttpSession
  readonly #read: ReadShape
  #cards: Promise<Map<number, unknown>> | null = null

  constructor(connection: Connected) {
    const { url, apiKey, timeout } = connection.settings
    this.system = `Metabase (${connection.key})`
    this.#read = shapeReader(this.system, 'Metabase')
    this.webUrl = url.replace(/\/+$/, '').replace(/\/api$/, '')
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      signIn: async () => ({ headers: { 'x-api-key': apiKey }, endsAt: null }),
    })
  }

  /** What the account is called; null: Metabase does not say. */
  async account(): Promise<string | null> {
    const { common_name: name } = await this.#get('our own account', 'user/current', userSchema)
    return name ?? null
  }

  /** The ids of all cards that the account may see; asked for once in a session. */
  async cardIds(): Promise<number[]> {
    return [...(await this.#listed()).keys()]
  }

  /** All of them that are in no bin. */
  async cards(): Promise<Card[]> {
    const read = [...(await this.#listed())].map(([id, item]) => this.#read(cardSchema, item, `the card ${id}`))
    return read.filter(({ isArchived }) => !isArchived)
  }

  /** One of them. Throws where it is not there. */
  async card(id: number): Promise<Card> {
    const item = (await this.#listed()).get(id)
    const card = item === undefined ? undefined : this.#read(cardSchema, item, `the card ${id}`)
    if (card === undefined || card.isArchived) throw gone(`${this.system} does not show the card ${id}: there is none, or not to us.`)
    return card
  }

  /** What a card shows, asked of the database and not of the cache. */
  async result(id: number): Promise<Result> {
    const what = `the result of the card ${id}`
    const answer = await this.#ask(what, { url: this.#url(`card/${id}/query`), json: { ignore_cache: true, parameters: [] } })
    const { status, data } = this.#read(resultSchema, answer, what)
    if (status === 'completed') return data
    // Its words may quote rows.
    throw refusedAnswer(this.system, `the query of the card ${id} has failed, which Metabase says in an answer that looks like a good one`)
  }

  /** The ids of all dashboards that the account may see. */
  async dashboardIds(): Promise<number[]> {
    const ids: number[] = []
    const pages = offsetPages(this.system, 'its dashboards', async (offset) => {
      const search = new URLSearchParams({ models: 'dashboard', limit: String(PAGE), offset: String(offset) })
      const { total, data } = await this.#get('its dashboards', `search?${search}`, foundSchema)
      return { items: data, isLast: offset + data.length >= total }
    })
    for await (const { id, archived } of pages) if (archived !== true) ids.push(id)
    return ids
  }

  /** One dashboard with what it shows. */
  async dashboard(id: number): Promise<Dashboard> {
    const what = `the dashboard ${id}`
    const read = await this.#get(what, `dashboard/${id}`, dashboardSchema)
    if (read.isArchived) throw gone(`${this.system}: ${what} is in the bin.`)
    return read
  }

  databases(): Promise<Database[]> {
    return this.#get('its databases', 'database', databasesSchema)
  }

  tables(): Promise<Table[]> {
    return this.#get('its tables', 'table', z.array(tableSchema))
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  #listed(): Promise<Map<number, unknown>> {
    this.#cards ??= this.#get('its cards', 'card?f=all', z.array(numbered)).then((all) => new Map(all.map((item) => [item.id, item])))
    return this.#cards
  }

  #url(path: string): string {
    return `${this.webUrl}/api/${path}`
  }

  async #get<T>(what: string, path: string, shape: z.ZodType<T>): Promise<T> {
    return this.#read(shape, await this.#ask(what, { url: this.#url(path) }), what)
  }

  #ask(what: string, question: Pick<SessionQuestion, 'url' | 'json'>): Promise<JsonValue> {
    return this.#session.json({ ...question, bytesMax: ANSWER_BYTES_MAX, explain: (status) => this.#explain(what, status) })
  }

  #explain(what: string, status: number): TidemarkError | undefined {
    if (status === 404) return gone(`${this.system} does not show ${what} (HTTP 404): there is none, or its API is not at that address.`)
    if (status !== 403) return undefined
    const publicMessage = `${this.system} does not let its key see ${what} (HTTP 403). Give the group of the key the right to view it.`
    return new TidemarkError('refused', { publicMessage, status, lasting: 'refused' })
  }
}
