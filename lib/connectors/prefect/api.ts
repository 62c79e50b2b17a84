import { z } from 'zod'
import { gone, orNull } from '#lib/connectors/kit/answer.ts'
import { credentials } from '#lib/connectors/kit/http-auth.ts'
import { HttpSession, type SessionQuestion } from '#lib/connectors/kit/http-session.ts'
import { type Dated, datedReader } from '#lib/connectors/kit/moment.ts'
import { offsetPages } from '#lib/connectors/kit/offset-pages.ts'
import { CHECK_ADDRESS, type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import type { Connected } from './settings.ts'
import { changedSchema, type Deployment, deploymentSchema, type FlowRun, flowSchema, runSchema } from './shapes.ts'

/** It refuses to list more at once. */
const PAGE = 200

/** The REST API of a Prefect server or a workspace of Prefect Cloud. */
export class PrefectApi {
  readonly system: string
  readonly #connection: Connected
  readonly #session: HttpSession
  readonly #inShape: ReadShape
  readonly #base: string
  #deployments: Promise<Map<string, Deployment>> | null = null

  constructor(connection: Connected) {
    const { url, timeout } = connection.settings
    this.system = `Prefect (${connection.key})`
    this.#inShape = shapeReader(this.system, 'Prefect', CHECK_ADDRESS)
    this.#connection = connection
    this.#base = url.replace(/\/+$/, '')
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      signIn: async () => ({ headers: credentials(connection.settings), endsAt: null }),
    })
  }

  /** Its version; null where it does not tell: Prefect Cloud has none. */
  async version(): Promise<string | null> {
    try {
      return this.#inShape(z.string(), await this.#session.json({ url: `${this.#base}/admin/version` }), 'its version')
    } catch (error) {
      if (isTidemarkError(error) && (error.code === 'not-found' || error.code === 'refused')) return null
      throw error
    }
  }

  /** All deployments that the settings name, by their ids; asked for once in a session. */
  deployments(): Promise<Map<string, Deployment>> {
    this.#deployments ??= this.#listDeployments()
    return this.#deployments
  }

  async #listDeployments(): Promise<Map<string, Deployment>> {
    const flows = new Map<string, string>()
    for await (const { id, name } of this.#list('flows', flowSchema, { sort: 'NAME_ASC' })) flows.set(id, name)
    const found = new Map<string, Deployment>()
    for await (const { flow_id: flowId, ...deployment } of this.#list('deployments', deploymentSchema, { sort: 'NAME_ASC' })) {
      // One whose flow was made since the flows were listed is seen by the next look.
      const flow = flows.get(flowId)
      if (flow !== undefined && this.#isOurs(deployment))
        found.set(deployment.id, { ...deployment, flow, job: `${flow}/${deployment.name}` })
    }
    return found
  }

  #isOurs({ tags }: Pick<Deployment, 'tags'>): boolean {
    return this.#connection.settings.tags?.every((tag) => tags?.includes(tag)) ?? true
  }

  /** The one deployment of that name, `<flow>/<deployment>`. Throws with the remedy where there is none. */
  async deployment(job: string): Promise<Deployment> {
    const [flow = '', name = ''] = job.split('/')
    const url = `${this.#base}/deployments/name/${encodeURIComponent(flow)}/${encodeURIComponent(name)}`
    const explain = (code: number) => (code === 404 ? this.#noDeployment(job) : undefined)
    const found = this.#inShape(deploymentSchema, await this.#session.json({ url, explain }), `deployment ${job}`)
    if (!this.#isOurs(found))
      throw new TidemarkError('invalid', {
        publicMessage: `Deployment ${job} of ${this.system} does not bear the tags that the catalogue names (tags), so its runs are not followed.`,
      })
    return { ...found, flow, job }
  }

  /** Why there is no such deployment to be looked at. */
  noDeployment(job: string): TidemarkError {
    return gone(this.#noDeployment(job))
  }

  #noDeployment(job: string): string {
    const tags = this.#connection.settings.tags === undefined ? '' : ' with the tags of the catalogue'
    return `${this.system} has no deployment ${job}${tags}. Names are written <flow>/<deployment>.`
  }

  /** Runs of deployments that fit, in that order, each once. Throws where the list breaks off. */
  runs(filter: JsonObject, sort: string, atOnce = PAGE): AsyncGenerator<Dated<FlowRun>> {
    return this.#list('flow_runs', runSchema, { flow_runs: filter, sort }, atOnce)
  }

  /** Starts a run of a deployment: asked twice with one key it is one run. */
  async start({ id, job }: Deployment, key: string, parameters: Record<string, unknown>): Promise<FlowRun> {
    const explain = (code: number, body: string) => {
      if (code === 403) return `${this.system} does not let us start ${job} (HTTP 403). Give the account the right to run deployments.`
      if (code === 404) return this.#noDeployment(job)
      if (code !== 409 && code !== 422) return undefined
      return `${this.system} does not start ${job} so (HTTP ${code}): ${refusalIn(body, Object.keys(parameters))}.`
    }
    const json = { parameters, idempotency_key: key, state: { type: 'SCHEDULED', message: 'Asked for by Tidemark' } }
    const answer = await this.#session.json({ url: `${this.#base}/deployments/${id}/create_flow_run`, json, explain })
    return this.#inShape(runSchema, answer, 'the run that it has started')
  }

  /** One run; null where there is none. */
  async run(id: string): Promise<FlowRun | null> {
    const answer = await orNull(this.#session.json({ url: `${this.#base}/flow_runs/${encodeURIComponent(id)}` }))
    return answer === null ? null : datedReader(this.#inShape)(runSchema, answer, 'a run')
  }

  /** Tells it to cancel a run, and answers what state that is in then: one that nobody works at yet is cancelled at once. */
  async cancel({ id }: FlowRun): Promise<string> {
    const explain = (code: number) =>
      code === 403
        ? `${this.system} does not let us cancel its run ${id} (HTTP 403). Give the account the right to change the state of flow runs.`
        : undefined
    const json = { state: { type: 'CANCELLING', name: 'Cancelling', message: 'Cancelled by Tidemark' }, force: false }
    const answer = await this.#session.json({ url: `${this.#base}/flow_runs/${encodeURIComponent(id)}/set_state`, json, explain })
    const { state, details } = this.#inShape(changedSchema, answer, 'what became of its run')
    if (state?.type != null) return state.type
    const why = foreignWords(details?.reason ?? '') || 'it does not say why'
    throw new TidemarkError('refused', { publicMessage: `${this.system} does not cancel its run ${id}: ${why}.` })
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  /** Until a page is empty: a server with a limit of its own may give less than was asked for. */
  #list<T extends { id: string }>(what: string, shape: z.ZodType<T>, body: JsonObject, limit = PAGE): AsyncGenerator<Dated<T>> {
    return offsetPages(this.system, `its ${what.replace('_', ' ')}`, async (offset) => {
      const question: SessionQuestion = { url: `${this.#base}/${what}/filter`, json: { ...body, limit, offset } }
      const page = this.#inShape(z.array(z.unknown()), await this.#session.json(question), `the list of ${what}`)
      return { items: page.map((one) => datedReader(this.#inShape)(shape, one, `one of its ${what}`)), isLast: page.length === 0 }
    })
  }
}

/** What a parameter is to be, as its words for one that is none say it. */
const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null']

const refusalSchema = z.object({
  exception_message: z.string().nullish(),
  exception_detail: z.array(z.object({ msg: z.string() })).nullish(),
  detail: z.string().nullish(),
})

/** The words stand under names of its own: under others where the question is none than where a deployment cannot be run so. */
function refusalIn(body: string, asked: readonly string[]): string {
  return foreignWords(wordsIn(body), { asked: [...asked, ...TYPES] }).replace(/[.…\s]+$/, '') || 'it does not say why'
}

function wordsIn(body: string): string {
  try {
    const { exception_message: message, exception_detail: invalid, detail } = refusalSchema.parse(JSON.parse(body))
    return [message, ...(invalid ?? []).map(({ msg }) => msg), detail].filter(Boolean).join(' ')
  } catch {
    return body
  }
}
