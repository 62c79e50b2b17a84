import { z } from 'zod'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { HttpSession, type SessionQuestion } from '#lib/connectors/kit/http-session.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { isJsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import type { LookerSettings } from './settings.ts'

const PAGE = 100
const ANSWER_BYTES_MAX = 50_000_000
const NOT_LET_IN = new Set([400, 401, 403, 404, 422])

const ticket = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

/** What is asked of Looker's API 4.0: checked answers, errors in words, over one sign-in. */
export class LookerApi {
  readonly system: string
  /** Where people meet it. */
  readonly webUrl: string
  readonly #base: string
  readonly #session: HttpSession
  readonly #read: ReadShape

  constructor(connection: Connection<LookerSettings>) {
    const { url, clientId, clientSecret, timeout } = connection.settings
    this.system = `Looker (${connection.key})`
    this.#read = shapeReader(this.system, 'Looker')
    const address = url.replace(/\/+$/, '').replace(/\/api\/4\.0$/, '')
    this.#base = `${address}/api/4.0`
    this.webUrl = address.replace(/:19999$/, '')
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      signIn: async (ask) => {
        const form = { client_id: clientId, client_secret: clientSecret }
        const answer = await ask({ url: `${this.#base}/login`, form, explain: (status) => this.#notLetIn(status) })
        const { access_token, expires_in } = this.#read(ticket, answer, 'the sign-in')
        return { headers: { authorization: `token ${access_token}` }, endsAt: connection.clock.now() + expires_in * SECOND_MS }
      },
      signOut: async (ask) => {
        await ask({ url: `${this.#base}/logout`, method: 'DELETE' })
      },
    })
  }

  /** One answer in its shape; `what` says what was asked for, in words. */
  async get<T>(what: string, path: readonly string[], shape: z.ZodType<T>, parameters: Record<string, string> = {}): Promise<T> {
    return this.#read(shape, await this.#ask(what, { url: this.#url(path, parameters) }), what)
  }

  /** All pages of a search, until one is empty: a server may give fewer at a time than it is asked for. */
  pages<T extends { id: string }>(what: string, path: readonly string[], shape: z.ZodType<T>, fields: string): AsyncGenerator<T> {
    return offsetPages(this.system, what, async (offset) => {
      const items = await this.get(what, path, z.array(shape), { fields, sorts: 'id', limit: String(PAGE), offset: String(offset) })
      return { items, isLast: items.length === 0 }
    })
  }

  /** Rows of a query, never from the cache. */
  async rows<T>(what: string, query: Record<string, unknown>, shape: z.ZodType<T>): Promise<T[]> {
    const url = this.#url(['queries', 'run', 'json'], { cache: 'false' })
    return this.#read(z.array(shape), await this.#ask(what, { url, json: query }), what)
  }

  /** The content of a file of a project. */
  async file(project: string, path: string): Promise<string> {
    const what = `the file ${path} of the project ${project}`
    const url = this.#url(['projects', project, 'file', 'content'], { file_path: path })
    const answer = await this.#session.ask({ ...this.#question(what), url, headers: { accept: 'text/plain' } })
    return answer.text()
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  #url(path: readonly string[], parameters: Record<string, string>): string {
    const search = new URLSearchParams(parameters).toString()
    return `${this.#base}/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
  }

  async #ask(what: string, question: Pick<SessionQuestion, 'url' | 'json'>): Promise<JsonValue> {
    const answer = await this.#session.json({ ...this.#question(what), ...question })
    const error = errorIn(answer)
    if (error === null) return answer
    const publicMessage = `${this.system} could not answer about ${what}: it says so in an answer that looks like a good one. The internal log has its words.`
    throw new TidemarkError('refused', { publicMessage, message: `${publicMessage} [${error}]` })
  }

  #question(what: string): Pick<SessionQuestion, 'bytesMax' | 'explain'> {
    return { bytesMax: ANSWER_BYTES_MAX, explain: (status, body) => this.#explain(what, status, body) }
  }

  #explain(what: string, status: number, body: string): TidemarkError | undefined {
    const error = { message: `HTTP ${status}: ${foreignWords(body)}`, status }
    if (status === 404) {
      // To an account that may not see a thing Looker says that there is none.
      const publicMessage = `${this.system} does not show ${what}: there is none, or its account may not see it; it answers both alike.`
      return new TidemarkError('not-found', { ...error, publicMessage, lasting: 'gone' })
    }
    if (status !== 403) return undefined
    return new TidemarkError('refused', {
      ...error,
      publicMessage: `${this.system} does not let its account see ${what}.`,
      lasting: 'refused',
    })
  }

  /** A wrong client id or secret is a 404 here. */
  #notLetIn(status: number): TidemarkError | undefined {
    if (!NOT_LET_IN.has(status)) return undefined
    const publicMessage = `${this.system} refused the client id and secret, or its API is not at that address (HTTP ${status}). Check the connection.`
    return new TidemarkError('refused', { publicMessage, status, systemWide: true, lasting: 'refused' })
  }
}

/** An error that came as a good answer: of a query among its rows, of anything else as the document of an error. */
function errorIn(answer: JsonValue): string | null {
  const document = Array.isArray(answer) ? answer[0] : answer
  if (!isJsonObject(document)) return null
  const { looker_error: failed, message, documentation_url: documentation } = document
  if (typeof failed === 'string') return foreignWords(failed)
  return typeof message === 'string' && typeof documentation === 'string' ? foreignWords(message) : null
}
