import { gone, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { basicAuth } from '#lib/connectors/kit/ask.ts'
import { HttpSession, type SessionQuestion } from '#lib/connectors/kit/http-session.ts'
import { CHECK_ADDRESS, type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import type { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Connected } from './settings.ts'
import { doneSchema, namedSchema, oneSchema, pageSchema, type Sync, syncSchema } from './shapes.ts'

const PAGE = 100
const PAGES_MAX = 1000
/** Without it Fivetran answers in an older form, or 406. */
const ACCEPT = 'application/json;version=2'

/** The REST API of Fivetran. */
export class FivetranApi {
  readonly system: string
  readonly #connection: Connected
  readonly #session: HttpSession
  readonly #read: ReadShape
  #listed: Promise<Map<string, unknown>> | null = null

  constructor(connection: Connected) {
    const { apiKey, apiSecret, timeout } = connection.settings
    this.system = `Fivetran (${connection.key})`
    this.#read = shapeReader(this.system, 'Fivetran', CHECK_ADDRESS)
    this.#connection = connection
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      signIn: async () => ({ headers: basicAuth(apiKey, apiSecret), endsAt: null }),
    })
  }

  /** The ids of all connections that the settings name, in the order of Fivetran. */
  async ids(): Promise<string[]> {
    return [...(await this.#all()).keys()]
  }

  /** One of them. Throws where it is not there, or is not as Fivetran writes it. */
  async sync(id: string): Promise<Sync> {
    const item = (await this.#all()).get(id)
    if (item === undefined) throw this.noSync(id)
    return this.#read(syncSchema, item, `its connection ${id}`)
  }

  /** The same, asked for just now. */
  async present(id: string): Promise<Sync> {
    const explain = (status: number) => (status === 404 ? this.noSync(id) : undefined)
    const what = `its connection ${id}`
    const { data } = this.#read(oneSchema, await this.#ask({ path: `connections/${id}`, explain }), what)
    if (!this.#isOurs(data)) throw this.noSync(id)
    return this.#read(syncSchema, data, what)
  }

  /** Asks for a sync; one that goes on is left as it is. */
  async start({ id, schema }: Sync): Promise<void> {
    const explain = (status: number) =>
      status === 403
        ? `${this.system} does not let us start the sync of ${schema} (HTTP 403). Give the role of the key the right to manage the connection.`
        : undefined
    const answer = await this.#ask({ path: `connections/${id}/sync`, json: { force: false }, isOnce: true, explain })
    if (doneSchema.safeParse(answer).success) return
    throw refusedAnswer(this.system, `it does not say whether it has started the sync of ${schema}`)
  }

  /** Why there is no such connection. */
  noSync(id: string): TidemarkError {
    const groups = this.#connection.settings.groups === undefined ? '' : ' in the groups of the catalogue'
    return gone(`${this.system} has no connection ${id}${groups}, or none that its key may see.`)
  }

  #isOurs({ group_id: group }: { group_id: string }): boolean {
    return this.#connection.settings.groups?.includes(group) ?? true
  }

  #ask({ path, ...question }: { path: string } & Omit<SessionQuestion, 'url' | 'headers'>) {
    const base = this.#connection.settings.url.replace(/\/+$/, '')
    return this.#session.json({ ...question, url: `${base}/${path}`, headers: { accept: ACCEPT } })
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  /** Asked for once in a session: the list says all of each, so that a thousand are ten questions. */
  #all(): Promise<Map<string, unknown>> {
    this.#listed ??= this.#list()
    return this.#listed
  }

  async #list(): Promise<Map<string, unknown>> {
    const found = new Map<string, unknown>()
    const cursors = new Set<string>()
    for (let cursor: string | null = null, pages = 0; pages < PAGES_MAX; pages++) {
      const { items, next_cursor: next } = await this.#page(cursor)
      for (const item of items) {
        const named = this.#read(namedSchema, item, 'one of its connections')
        if (this.#isOurs(named)) found.set(named.id, item)
      }
      if (next == null || next === '') return found
      if (cursors.has(next)) throw refusedAnswer(this.system, 'the pages of its connections go round in a circle')
      cursors.add(next)
      cursor = next
    }
    throw refusedAnswer(this.system, 'the pages of its connections do not end')
  }

  async #page(cursor: string | null) {
    const search = new URLSearchParams({ limit: String(PAGE), ...(cursor !== null && { cursor }) })
    return this.#read(pageSchema, await this.#ask({ path: `connections?${search}` }), 'the list of its connections').data
  }
}
