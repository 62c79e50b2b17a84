import { z } from 'zod'
import { parseAnswer } from '#lib/connectors/kit/answer.ts'
import { askInTurn, jsonRequest } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { type ReadShape, shapeReader } from '#lib/connectors/kit/read-shape.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { toProblem } from './problems.ts'
import { authorization, type ElasticsearchSettings } from './settings.ts'

const TIMEOUTS = 3
const ANSWER_BYTES_MAX = 50_000_000

export interface SearchQuestion {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** The parts of the path, not encoded. */
  path: readonly string[]
  parameters?: Record<string, string>
  json?: object
  /** Instead of `json`: lines of JSON, each ended by a line break. */
  lines?: string
  /** In words, what is asked for: `prices`, `the health of the cluster`. */
  what: string
  signal?: AbortSignal | undefined
}

/** What is asked of Elasticsearch or OpenSearch: checked answers, errors in words. */
export class SearchApi {
  readonly system: string
  readonly #connection: Connection<ElasticsearchSettings>
  readonly #base: string
  readonly #read: ReadShape

  constructor(connection: Connection<ElasticsearchSettings>) {
    this.#connection = connection
    this.system = `Elasticsearch (${connection.key})`
    this.#read = shapeReader(this.system, 'Elasticsearch')
    this.#base = connection.settings.url.replace(/\/+$/, '')
  }

  /** One answer in its shape. */
  async ask<T>(question: SearchQuestion, shape: z.ZodType<T>): Promise<T> {
    return this.#read(shape, await this.#json(question), question.what)
  }

  async #json(question: SearchQuestion): Promise<JsonValue> {
    const answer = await this.#send(question)
    const text = await answer.text()
    return text === '' ? null : parseAnswer(this.system, text)
  }

  #send({ method, path, parameters = {}, json, lines, what, signal }: SearchQuestion): Promise<HttpAnswer> {
    const { settings } = this.#connection
    const search = new URLSearchParams(parameters).toString()
    const url = `${this.#base}/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
    const request = jsonRequest({
      system: this.system,
      url,
      headers: authorization(settings),
      timeoutMs: settings.timeout,
      timeouts: TIMEOUTS,
      bytesMax: ANSWER_BYTES_MAX,
      explain: (status, body) => toProblem(this.system, what, status, body),
      ...(json !== undefined && { json }),
    })
    const connection = signal === undefined ? this.#connection : { ...this.#connection, signal }
    return askInTurn(connection, {
      ...request,
      ...(lines !== undefined && {
        method: 'POST',
        body: lines,
        headers: { ...request.headers, 'content-type': 'application/x-ndjson' },
      }),
      ...(method !== undefined && { method }),
    })
  }
}

const shardsSchema = z.object({ total: z.number(), successful: z.number(), failed: z.number() })

/** What every answer about documents says of how much of it was asked. */
export const completenessShape = {
  timed_out: z.boolean().optional(),
  terminated_early: z.boolean().nullish(),
  _shards: shardsSchema,
  _clusters: z.object({ skipped: z.number().default(0), failed: z.number().default(0), partial: z.number().default(0) }).optional(),
}

/** Why an answer is not about all that was asked, in words; null: it is. An answer of HTTP 200 may be about a part, or about nothing. */
export function whyIncomplete(answer: z.infer<z.ZodObject<typeof completenessShape>>): string | null {
  const { timed_out: isTimedOut, terminated_early: isEarly, _shards: shards, _clusters: clusters } = answer
  if (shards.total === 0) return 'no part of an index answered'
  if (shards.failed > 0) return `only ${shards.total - shards.failed} of its ${shards.total} parts (shards) answered`
  if (isTimedOut === true || isEarly === true) return 'it broke off before all was looked at'
  const isElsewhereMissing = clusters !== undefined && clusters.skipped + clusters.failed + clusters.partial > 0
  return isElsewhereMissing ? 'a cluster behind it did not answer' : null
}
