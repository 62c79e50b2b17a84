import type { z } from 'zod'
import { gone, orNull, refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { keyAuth, nextAddress } from '#lib/connectors/kit/ask.ts'
import { entraToken } from '#lib/connectors/kit/azure/entra.ts'
import { HttpSession, type SessionQuestion } from '#lib/connectors/kit/http-session.ts'
import { type Dated, datedReader } from '#lib/connectors/kit/moment.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import type { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import type { Connected } from './settings.ts'
import { type Pipeline, type PipelineRun, pageSchema, pipelineSchema, runSchema, startedSchema } from './shapes.ts'

const VERSION = 'api-version=2018-06-01'
const PAGES_MAX = 1000

interface Question {
  since: Instant
  pipeline?: string
  status?: readonly string[]
  order: 'RunEnd' | 'RunStart'
}

/** The REST API of Azure for one data factory. */
export class AdfApi {
  readonly system: string
  /** Its name in all of Azure. */
  readonly resource: string
  readonly #connection: Connected
  readonly #session: HttpSession
  readonly #inShape: ReadShape
  readonly #base: string
  #pipelines: Promise<Map<string, Pipeline>> | null = null

  constructor(connection: Connected) {
    const { url, subscription, resourceGroup, factory, timeout } = connection.settings
    this.system = `The data factory (${connection.key})`
    this.#inShape = shapeReader(this.system, 'Azure')
    this.#connection = connection
    this.resource = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.DataFactory/factories/${factory}`
    const management = url.replace(/\/+$/, '')
    this.#base = `${management}${this.resource}`
    this.#session = new HttpSession(connection, {
      system: this.system,
      timeoutMs: timeout,
      async signIn() {
        const { token, expiresOnTimestamp } = await entraToken(connection, `${management}/`)
        return { headers: keyAuth(token, 'bearer'), endsAt: expiresOnTimestamp }
      },
    })
  }

  /** All pipelines by their names; asked for once in a session. */
  pipelines(): Promise<Map<string, Pipeline>> {
    this.#pipelines ??= this.#listPipelines()
    return this.#pipelines
  }

  async #listPipelines(): Promise<Map<string, Pipeline>> {
    const found = new Map<string, Pipeline>()
    let url = this.#at('/pipelines')
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const { value, nextLink } = this.#inShape(pageSchema, await this.#ask({ url }), 'the list of pipelines')
      for (const one of value) {
        const pipeline = this.#inShape(pipelineSchema, one, 'a pipeline')
        found.set(pipeline.name, pipeline)
      }
      if (nextLink == null || nextLink === '') return found
      const next = URL.canParse(nextLink) ? nextAddress(new URL(url), new URL(nextLink)) : null
      if (next?.ok !== true) throw refusedAnswer(this.system, next?.because ?? 'its next page has no address')
      url = next.url.href
    }
    throw refusedAnswer(this.system, 'the pages of pipelines do not end')
  }

  /** One pipeline; null where there is none. */
  async pipeline(name: string): Promise<Pipeline | null> {
    const answer = await orNull(this.#ask({ url: this.#at(`/pipelines/${encodeURIComponent(name)}`) }))
    return answer === null ? null : this.#inShape(pipelineSchema, answer, 'a pipeline')
  }

  /** Runs that moved since and fit, the latest first, each once; a page may be empty and not the last. Throws where the list breaks off. */
  async *runs({ since, pipeline, status, order }: Question): AsyncGenerator<Dated<PipelineRun>> {
    const filters = [
      ...(pipeline === undefined ? [] : [{ operand: 'PipelineName', operator: 'Equals', values: [pipeline] }]),
      ...(status === undefined ? [] : [{ operand: 'Status', operator: 'In', values: status }]),
    ]
    // Its clock may be ahead of ours.
    const until = new Date(this.#connection.clock.now() + HOUR_MS).toISOString()
    const asked = { lastUpdatedAfter: new Date(since).toISOString(), lastUpdatedBefore: until, filters }
    const [seen, tokens] = [new Set<string>(), new Set<string>()]
    for (let token: string | null = null; ; ) {
      const json: object = { ...asked, orderBy: [{ orderBy: order, order: 'DESC' }], ...(token !== null && { continuationToken: token }) }
      const page: z.output<typeof pageSchema> = this.#inShape(
        pageSchema,
        await this.#ask({ url: this.#at('/queryPipelineRuns'), json }),
        'the list of runs',
      )
      for (const one of page.value) {
        const run = datedReader(this.#inShape)(runSchema, one, 'a run')
        if (!seen.has(run.runId)) yield run
        seen.add(run.runId)
      }
      token = page.continuationToken ?? null
      if (token === null || token === '') return
      if (tokens.has(token)) throw refusedAnswer(this.system, 'the pages of its runs go round in a circle')
      tokens.add(token)
    }
  }

  /** Starts a run of a pipeline, never twice by one call, and gives its id. */
  async start(pipeline: string, parameters: Record<string, unknown>): Promise<string> {
    const explain = (code: number, body: string) => {
      if (code === 403)
        return `${this.system} does not let us start ${pipeline} (HTTP 403). Give the identity the right Microsoft.DataFactory/factories/pipelines/createRun/action.`
      return code === 400
        ? `${this.system} does not start ${pipeline} so (HTTP 400): ${foreignWords(body) || 'it does not say why'}.`
        : undefined
    }
    const url = this.#at(`/pipelines/${encodeURIComponent(pipeline)}/createRun`)
    return this.#inShape(startedSchema, await this.#ask({ url, json: parameters, isOnce: true, explain }), 'what it has started').runId
  }

  /** One run; null where there is none. */
  async run(id: string): Promise<PipelineRun | null> {
    const answer = await orNull(this.#ask({ url: this.#at(`/pipelineruns/${encodeURIComponent(id)}`) }))
    return answer === null ? null : datedReader(this.#inShape)(runSchema, answer, 'a run')
  }

  /** Cancels a run, and those that it began. */
  async cancel(id: string): Promise<void> {
    const explain = (code: number) =>
      code === 403
        ? `${this.system} does not let us cancel its run ${id} (HTTP 403). Give the identity the right Microsoft.DataFactory/factories/pipelineruns/cancel/action.`
        : undefined
    await this.#ask({ url: `${this.#at(`/pipelineruns/${encodeURIComponent(id)}/cancel`)}&isRecursive=true`, method: 'POST', explain })
  }

  close(): Promise<void> {
    return this.#session.close()
  }

  #at(path: string): string {
    return `${this.#base}${path}?${VERSION}`
  }

  async #ask(question: SessionQuestion): Promise<unknown> {
    const { factory, resourceGroup } = this.#connection.settings
    const explain = (code: number) => {
      if (code === 404)
        return `Azure knows no data factory ${factory} in the resource group ${resourceGroup} (HTTP 404). Check subscription, resourceGroup and factory.`
      return code === 403
        ? `${this.system} lets this identity see nothing (HTTP 403). Give it the role Reader on the factory, or Data Factory Contributor where runs are to be started.`
        : undefined
    }
    return this.#session.json({ explain, ...question })
  }

  /** Why there is no such pipeline. */
  noPipeline(name: string): TidemarkError {
    return gone(`${this.system} has no pipeline ${name}.`)
  }
}
