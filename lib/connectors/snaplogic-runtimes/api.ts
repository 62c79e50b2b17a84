import type { z } from 'zod'
import { orNull, parseAnswer, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { basicAuth, keyAuth } from '#lib/connectors/kit/ask.ts'
import { HttpSession } from '#lib/connectors/kit/http-session.ts'
import { type Dated, datedReader } from '#lib/connectors/kit/moment.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { jobOf, reasonIn } from './pipeline-run.ts'
import type { Connected } from './settings.ts'
import { type Detail, detailSchema, type Entry, entrySchema, envelopeSchema, pageSchema, statusSchema } from './shapes.ts'

/** It gives no more at once, and ten where it is not asked for more. */
const PAGE = 1000

export interface RunsQuestion {
  states: readonly string[]
  since: Instant
  /** Of this pipeline alone. */
  job?: string
  /** Absent: those of the settings. */
  invokers?: readonly string[]
}

/** The public API of SnapLogic for the runs of an organisation's pipelines. */
export class RuntimesApi {
  readonly system: string
  readonly org: string
  readonly #connection: Connected
  readonly #root: string
  readonly #base: string
  readonly #session: HttpSession
  readonly #read: ReadShape

  constructor(connection: Connected) {
    const { url, org, user, password, token, timeout } = connection.settings
    this.system = `SnapLogic (${connection.key})`
    this.#read = shapeReader(this.system, 'SnapLogic')
    this.org = org
    this.#connection = connection
    this.#root = `${url.replace(/\/+$/, '')}/api/1/rest/public/runtime`
    this.#base = `${this.#root}/${encodeURIComponent(org)}`
    const headers = token === undefined ? basicAuth(user, password) : keyAuth(token, 'bearer')
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      signIn: async () => ({ headers, endsAt: null }),
    })
  }

  /**
   * Runs that fit, each once in each state. Each state and invoker is asked for alone: who does not say is told of an hour, and of what a schedule has started
   * and goes on.
   */
  async *entries(question: RunsQuestion): AsyncGenerator<Dated<Entry>> {
    const { states, job, invokers = this.#connection.settings.invokers } = question
    const told = new Set<string>()
    for (const search of this.#searches(question)) {
      for await (const entry of this.#pages(search)) {
        const key = `${entry.id} ${entry.state}`
        if (told.has(key) || !states.includes(entry.state) || !this.#isAsked(entry, job, invokers)) continue
        told.add(key)
        yield entry
      }
    }
  }

  #searches({ states, since, job, invokers = this.#connection.settings.invokers }: RunsQuestion): Record<string, string>[] {
    const { projects } = this.#connection.settings
    const window = { start: String(since), end: String(this.#connection.clock.now() + HOUR_MS) }
    const within = (project: string) => ({ project_path: `/${this.org}/${project}` })
    const slash = job?.lastIndexOf('/') ?? -1
    const ofJob = job === undefined ? {} : { ...within(job.slice(0, slash)), pipe_name: job.slice(slash + 1) }
    const places = job === undefined && projects !== undefined ? projects.map(within) : [ofJob]
    return places.flatMap((place) => invokers.flatMap((invoker) => states.map((state) => ({ ...place, ...window, invoker, state }))))
  }

  #isAsked(entry: Entry, job: string | undefined, invokers: readonly string[]): boolean {
    const { projects } = this.#connection.settings
    const of = jobOf(entry, this.org)
    if (of === null || (job !== undefined && job !== of)) return false
    const isOurs = projects?.some((project) => of.startsWith(`${project}/`)) ?? true
    return isOurs && (entry.invoker === null || invokers.includes(entry.invoker))
  }

  #pages(search: Record<string, string>): AsyncGenerator<Dated<Entry>> {
    return offsetPages(this.system, 'its runs', async (offset) => {
      const asked = new URLSearchParams({ ...search, level: 'summary', limit: String(PAGE), offset: String(offset) })
      const { entries, total } = await this.#get(`?${asked}`, pageSchema, 'the list of its runs')
      const isLast = total == null ? entries.length === 0 : offset + entries.length >= total
      if (entries.length === 0 && !isLast) throw refusedAnswer(this.system, 'the list of its runs ends before its last page')
      return { items: entries.map((one) => datedReader(this.#read)(entrySchema, one, `the run ${one.id}`)), isLast }
    })
  }

  /** How many there are of a kind since then. */
  async count(state: string, since: Instant): Promise<number> {
    const window = { start: String(since), end: String(this.#connection.clock.now() + HOUR_MS), limit: '1', offset: '0', level: 'summary' }
    let sum = 0
    for (const invoker of this.#connection.settings.invokers) {
      const asked = new URLSearchParams({ ...window, state, invoker })
      sum += (await this.#get(`?${asked}`, pageSchema, 'the list of its runs')).total ?? 0
    }
    return sum
  }

  /** Why a run has failed; null: it does not say, or is not kept any more. */
  async reason(id: string): Promise<string | null> {
    const detail = await this.#detail(id)
    return detail === null ? null : reasonIn(detail)
  }

  /** In which state a run is; null: it is not kept any more, or not shown to us. */
  async state(id: string): Promise<string | null> {
    const detail = await this.#detail(id)
    return detail === null ? null : (detail.state ?? '')
  }

  #detail(id: string): Promise<Detail | null> {
    return orNull(this.#get(`/${encodeURIComponent(id)}?level=detail`, detailSchema, `the run ${id}`))
  }

  /** Tells a run to stop. What it answers is a status, which may stand in a header or in an answer that looks like a good one. */
  async stop(id: string): Promise<void> {
    const url = `${this.#root}/stop/${encodeURIComponent(this.org)}/${encodeURIComponent(id)}`
    const headers = { 'content-type': 'application/json' }
    const answer = await this.#session.ask({ url, method: 'POST', headers, explain: (status) => this.#notStopped(id, status) })
    const text = await answer.text()
    const told = text.trim() === '' ? null : this.#read(statusSchema, parseAnswer(this.system, text), `the end of the run ${id}`)
    const status = Number(told?.http_status_code ?? answer.header('x-sl-statuscode') ?? answer.status)
    if (status >= 400) throw this.#notStopped(id, status) ?? this.#saysNo(status)
    if (!(status >= 200)) throw refusedAnswer(this.system, `it does not say whether it has stopped the run ${id}`)
  }

  #notStopped(id: string, status: number): TidemarkError | undefined {
    const no = (why: string) => new TidemarkError('refused', { publicMessage: `${this.system} ${why}`, status })
    if (status === 403)
      return no(`does not let us stop its run ${id} (HTTP 403). Give the account write access to the project of its pipeline.`)
    if (status !== 400 && status !== 404 && status !== 409) return undefined
    return no(`does not stop its run ${id} (HTTP ${status}). Look there whether it goes on.`)
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  async #get<T>(path: string, shape: z.ZodType<T>, what: string): Promise<T> {
    const answer = await this.#session.json({ url: `${this.#base}${path}`, explain: (status) => this.#explain(status) })
    const { response_map: told, http_status_code: status } = this.#read(envelopeSchema, answer, what)
    if (status >= 400) throw this.#saysNo(status)
    return this.#read(shape, told, what)
  }

  /** In an answer that looks like a good one. */
  #saysNo(status: number): TidemarkError {
    const isWho = status === 401 || status === 403
    const publicMessage = isWho
      ? `${this.#notLetIn(status)}`
      : `${this.system} says no in an answer that looks like a good one (${status}).`
    const lasting = isWho ? ({ lasting: 'refused', systemWide: true } as const) : {}
    return new TidemarkError(isWho ? 'refused' : 'unavailable', {
      publicMessage,
      status,
      retryable: status === 429 || status >= 500,
      ...lasting,
    })
  }

  #notLetIn(status: number): string {
    return `${this.system} does not let the account see the runs of ${this.org} (${status}). Check the credentials, and that the account may read the projects.`
  }

  #explain(status: number): TidemarkError | string | undefined {
    if (status === 403)
      return new TidemarkError('refused', { publicMessage: this.#notLetIn(status), status, systemWide: true, lasting: 'refused' })
    return status === 404 ? `${this.system} knows no organisation ${this.org}, or no such run (HTTP 404). Check org and url.` : undefined
  }
}
