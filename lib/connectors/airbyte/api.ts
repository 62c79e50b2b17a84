import type { z } from 'zod'
import { gone, orNull } from '#lib/connectors/kit/answer.ts'
import { basicAuth, keyAuth } from '#lib/connectors/kit/ask.ts'
import { type Ask, HttpSession, type Ticket } from '#lib/connectors/kit/http-session.ts'
import { type Dated, datedReader } from '#lib/connectors/kit/moment.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { CHECK_ADDRESS, type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import type { Connected } from './settings.ts'
import { type Job, type JobType, jobSchema, pageSchema, type Sync, syncSchema, tokenSchema } from './shapes.ts'

/** It gives no more at once. */
const PAGE = 100

/** So many of the newest jobs of a type are read for all connections together. */
const NEWEST_MAX = 1000

interface NewestJobs {
  /** By connection. */
  last: Map<string, Job>
  /** There are no others. */
  isWhole: boolean
}

/** The public API of Airbyte, its Cloud or one that is run by oneself. */
export class AirbyteApi {
  readonly system: string
  readonly #connection: Connected
  readonly #base: string
  readonly #session: HttpSession
  readonly #inShape: ReadShape
  #syncs: Promise<Map<string, Sync>> | null = null
  readonly #newest = new Map<JobType, Promise<NewestJobs>>()
  readonly #unknownTypes = new Set<JobType>()

  constructor(connection: Connected) {
    const { url, timeout } = connection.settings
    this.system = `Airbyte (${connection.key})`
    this.#inShape = shapeReader(this.system, 'Airbyte', CHECK_ADDRESS)
    this.#connection = connection
    this.#base = url.replace(/\/+$/, '')
    this.#session = new HttpSession(connection, { system: this.system, timeoutMs: timeout, signIn: (ask) => this.#signIn(ask) })
  }

  async #signIn(ask: Ask): Promise<Ticket> {
    const { clientId, clientSecret, user, password } = this.#connection.settings
    if (clientId === undefined) return { headers: basicAuth(user, password), endsAt: null }
    const json = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' }
    const answer = await ask({ url: `${this.#base}/applications/token`, json })
    const { access_token: token, expires_in: seconds } = this.#inShape(tokenSchema, answer, 'its token')
    return { headers: keyAuth(token, 'bearer'), endsAt: seconds == null ? null : this.#connection.clock.now() + seconds * SECOND_MS }
  }

  /** All connections that the settings name, by their ids; asked for once in a session. */
  syncs(): Promise<Map<string, Sync>> {
    this.#syncs ??= this.#listSyncs()
    return this.#syncs
  }

  async #listSyncs(): Promise<Map<string, Sync>> {
    const found = new Map<string, Sync>()
    for await (const sync of this.#list('connections', syncSchema, {})) if (this.#isOurs(sync)) found.set(sync.id, sync)
    return found
  }

  #isOurs({ workspaceId }: Sync): boolean {
    return this.#connection.settings.workspaces?.includes(workspaceId) ?? true
  }

  /** One connection. Throws with the remedy where there is none to be followed. */
  async sync(id: string): Promise<Sync> {
    const explain = (code: number) => (code === 404 ? this.#noSync(id) : undefined)
    const answer = await this.#session.json({ url: `${this.#base}/connections/${id}`, explain })
    const sync = this.#inShape(syncSchema, answer, `connection ${id}`)
    if (!this.#isOurs(sync)) throw this.noSync(id)
    return sync
  }

  /** Why there is no such connection to be looked at. */
  noSync(id: string): TidemarkError {
    return gone(this.#noSync(id))
  }

  #noSync(id: string): string {
    const where = this.#connection.settings.workspaces === undefined ? '' : ' in the workspaces of the catalogue'
    return `${this.system} has no connection ${id}${where}, or none that this account may see.`
  }

  /** Jobs of a type that fit, in that order, each once; of a type that an older server does not know there are none. */
  async *jobs(jobType: JobType, filter: Record<string, string>, limit = PAGE): AsyncGenerator<Dated<Job>> {
    for await (const job of this.#asGiven(jobType, filter, limit)) if (job.jobType === jobType) yield job
  }

  /** A server may heed no filter. */
  async *#asGiven(jobType: JobType, filter: Record<string, string>, limit = PAGE): AsyncGenerator<Dated<Job>> {
    if (this.#unknownTypes.has(jobType)) return
    try {
      yield* this.#list('jobs', jobSchema, { jobType, ...filter }, limit)
    } catch (error) {
      const isUnknown = isTidemarkError(error) && (error.status === 400 || error.status === 422)
      if (jobType === 'sync' || !isUnknown) throw error
      this.#unknownTypes.add(jobType)
    }
  }

  /** The newest jobs of a type that succeeded, the last of each connection; asked for once in a session. */
  newest(type: JobType): Promise<NewestJobs> {
    const known = this.#newest.get(type) ?? this.#listNewest(type)
    this.#newest.set(type, known)
    return known
  }

  async #listNewest(type: JobType): Promise<NewestJobs> {
    const last = new Map<string, Job>()
    let read = 0
    for await (const job of this.#asGiven(type, { status: 'succeeded', orderBy: 'updatedAt|DESC' })) {
      if (++read > NEWEST_MAX) return { last, isWhole: false }
      const isOne = job.jobType === type && job.status === 'succeeded'
      if (isOne && job.id > (last.get(job.connectionId)?.id ?? 0)) last.set(job.connectionId, job)
    }
    return { last, isWhole: true }
  }

  /** Begins a sync; Airbyte runs one of a connection at a time, and takes no key. */
  async start({ id, name }: Sync): Promise<Job> {
    const explain = (code: number, body: string) => this.#whyNotStarted(name, code, body)
    const answer = await this.#session.json({
      url: `${this.#base}/jobs`,
      json: { connectionId: id, jobType: 'sync' },
      isOnce: true,
      explain,
    })
    return this.#inShape(jobSchema, answer, 'the sync that it has started')
  }

  #whyNotStarted(name: string, status: number, body: string): TidemarkError | string | undefined {
    if (status === 403) return `${this.system} does not let us start ${name} (HTTP 403). Give the account the right to run syncs.`
    if (status === 400 || status === 422)
      return `${this.system} does not start ${name} so (HTTP ${status}): ${foreignWords(body) || 'it does not say why'}.`
    if (status !== 409) return undefined
    const publicMessage = `${this.system} starts no sync of ${name} while another job of it goes on (HTTP 409).`
    return new TidemarkError('unavailable', { publicMessage, status, retryable: true })
  }

  /** One job; null where there is none. */
  async job(id: number): Promise<Job | null> {
    const answer = await orNull(this.#session.json({ url: `${this.#base}/jobs/${id}` }))
    return answer === null ? null : datedReader(this.#inShape)(jobSchema, answer, 'a job')
  }

  /** Cancels a job, and answers it as it is then. */
  async cancel({ id }: Job): Promise<Job> {
    const explain = (code: number) =>
      code === 403 ? `${this.system} does not let us cancel its job ${id} (HTTP 403). Give the account the right to run syncs.` : undefined
    return this.#inShape(jobSchema, await this.#session.json({ url: `${this.#base}/jobs/${id}`, method: 'DELETE', explain }), 'its job')
  }

  /** The page of a connection; that of the Cloud is on another host than its API. */
  pageOf({ id, workspaceId }: Sync): string | null {
    const isCloud = this.#base === 'https://api.airbyte.com/v1'
    const web = isCloud ? 'https://cloud.airbyte.com' : /^(.*)\/api\/(?:public\/)?v1$/.exec(this.#base)?.[1]
    return web === undefined ? null : `${web}/workspaces/${workspaceId}/connections/${id}`
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  /** Until a page is empty: a server with a limit of its own may give less than was asked for. */
  #list<T extends { id: string | number }>(
    what: string,
    shape: z.ZodType<T>,
    query: Record<string, string>,
    limit = PAGE,
  ): AsyncGenerator<Dated<T>> {
    const { workspaces } = this.#connection.settings
    const ours = workspaces === undefined ? {} : { workspaceIds: workspaces.join(',') }
    return offsetPages(this.system, `its ${what}`, async (offset) => {
      const search = new URLSearchParams({ ...ours, ...query, limit: String(limit), offset: String(offset) })
      const { data } = this.#inShape(
        pageSchema,
        await this.#session.json({ url: `${this.#base}/${what}?${search}` }),
        `the list of ${what}`,
      )
      return { items: data.map((one) => datedReader(this.#inShape)(shape, one, `one of its ${what}`)), isLast: data.length === 0 }
    })
  }
}
