import { z } from 'zod'
import type { Connected } from '#lib/connectors/dbt/connected.ts'
import { orNotThere } from '#lib/connectors/dbt/places/web.ts'
import { orNull, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { HttpSession, type SessionQuestion } from '#lib/connectors/kit/http-session.ts'
import { type Dated, datedReader, moment } from '#lib/connectors/kit/moment.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { ARTIFACT_BYTES_MAX, type ArtifactName, type ArtifactSource } from '#lib/records/read/dbt-artifact.ts'

export const CLOUD = 'https://cloud.getdbt.com'

const runSchema = z.object({
  id: z.int(),
  job_definition_id: z.int().nullish(),
  project_id: z.int().nullish(),
  status: z.int(),
  created_at: moment,
  started_at: moment,
  finished_at: moment,
  artifacts_saved: z.boolean().nullish(),
  status_message: z.string().nullish(),
  href: z.string().nullish(),
  job: z.object({ name: z.string().nullish() }).nullish(),
  trigger: z.object({ cause: z.string().nullish(), schema_override: z.string().nullish() }).nullish(),
  run_steps: z.array(z.object({ index: z.int(), name: z.string().nullish() })).nullish(),
})
export type CloudRun = z.output<typeof runSchema>

const jobSchema = z.object({ id: z.int(), name: z.string().nullish(), environment_id: z.int().nullish(), project_id: z.int().nullish() })
export type CloudJob = z.output<typeof jobSchema>

const status = z.object({ is_success: z.boolean(), user_message: z.string().nullish() })
const envelope = z.object({ status, data: z.unknown(), extra: z.unknown().optional() })
type Answer = z.output<typeof envelope>
const listed = z.object({ data: z.array(z.unknown()), extra: z.object({ pagination: z.object({ total_count: z.int() }) }) })

export const SUCCESS = 10
export const ERROR = 20

/** One that wrote into a schema of its own tried a change. */
export function isLoadOfOurs({ trigger }: CloudRun): boolean {
  return trigger?.schema_override == null
}

const PAGE = 100

/** The administrative API of dbt Cloud, version 2, for one account. */
export class CloudApi {
  readonly system: string
  readonly #session: HttpSession
  readonly #inShape: ReadShape
  readonly #base: string

  constructor(connection: Connected) {
    const { host = CLOUD, account, token = '', timeout } = connection.settings
    this.system = `The dbt Cloud account (${connection.key})`
    this.#inShape = shapeReader(this.system, 'dbt Cloud')
    this.#base = `${host.replace(/\/+$/, '')}/api/v2/accounts/${account}`
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      signIn: async () => ({ headers: { authorization: `Bearer ${token}` }, endsAt: null }),
    })
  }

  /** Runs that fit, the newest first, each once. Throws where the list breaks off. */
  runs(filter: Record<string, string>): AsyncGenerator<Dated<CloudRun>> {
    return offsetPages(this.system, 'its runs', async (offset) => {
      const query = { order_by: '-id', ...filter, include_related: '["trigger","job"]', limit: String(PAGE), offset: String(offset) }
      const { data, extra } = this.#inShape(listed, await this.#get(`/runs/?${new URLSearchParams(query)}`), 'the list of its runs')
      const { total_count: total } = extra.pagination
      const isLast = offset + data.length >= total
      if (!isLast && data.length < PAGE)
        throw refusedAnswer(this.system, `a page of its runs has ${data.length} of ${Math.min(PAGE, total - offset)}`)
      return { items: data.map((one) => datedReader(this.#inShape)(runSchema, one, 'one of its runs')), isLast }
    })
  }

  /** A run with the commands it is made of; null when it was deleted since it was listed. */
  async run(id: number): Promise<CloudRun | null> {
    const query = new URLSearchParams({ include_related: '["trigger","run_steps"]' })
    const answer = await orNull(this.#get(`/runs/${id}/?${query}`))
    return answer === null ? null : datedReader(this.#inShape)(runSchema, answer.data, `its run ${id}`)
  }

  /** A job; null when there is none of that number, or none that the token may see. */
  async job(id: number): Promise<CloudJob | null> {
    const answer = await orNull(this.#get(`/jobs/${id}/`))
    return answer === null ? null : this.#inShape(jobSchema, answer.data, `its job ${id}`)
  }

  /** Starts a run of a job, never twice by one call: of an answer that is lost nobody knows whether it has. `cause` stands in the run's trigger. */
  async start({ id: job, name }: CloudJob, cause: string): Promise<CloudRun> {
    const explain = (code: number) =>
      code === 401 || code === 403 || code === 404
        ? `${this.system} does not let this token start job ${name == null ? job : `${job} (${name})`} (HTTP ${code}). Let it run jobs: give it the permission "Job Runner", or a token that has it.`
        : undefined
    const { data } = await this.#ask({ url: `${this.#base}/jobs/${job}/run/`, json: { cause }, isOnce: true, explain })
    return this.#inShape(runSchema, data, 'the run that it has started')
  }

  /** Cancels a run, and answers it as it is then. */
  async cancel({ id }: CloudRun): Promise<CloudRun> {
    const explain = (code: number) =>
      code === 401 || code === 403 || code === 404
        ? `${this.system} does not let this token cancel run ${id} (HTTP ${code}). Let it run jobs: give it the permission "Job Runner", or a token that has it.`
        : undefined
    const { data } = await this.#ask({ url: `${this.#base}/runs/${id}/cancel/`, method: 'POST', json: {}, explain })
    return this.#inShape(runSchema, data, 'the run that it has cancelled')
  }

  /** What a run left behind, when this step of it had ended; null when there is none, or none yet. */
  artifact(run: number, name: ArtifactName, step: number | null): Promise<ArtifactSource | null> {
    const query = step === null ? '' : `?step=${step}`
    const answer = this.#session.ask({ url: `${this.#base}/runs/${run}/artifacts/${name}${query}`, bytesMax: ARTIFACT_BYTES_MAX })
    return orNotThere(`${name} of run ${run}`, answer)
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  #get(path: string): Promise<Answer> {
    const explain = (code: number) =>
      code === 403 || code === 404
        ? `${this.system} lets nobody in with this token (HTTP ${code}). Check account, host and what the token may do.`
        : undefined
    return this.#ask({ url: `${this.#base}${path}`, explain })
  }

  async #ask(question: SessionQuestion): Promise<Answer> {
    const answer = this.#inShape(envelope, await this.#session.json(question), 'it')
    if (answer.status.is_success) return answer
    const words = foreignWords(answer.status.user_message ?? '') || 'it does not say why'
    throw new TidemarkError('refused', { publicMessage: `${this.system} says that it did not work: ${words}` })
  }
}
