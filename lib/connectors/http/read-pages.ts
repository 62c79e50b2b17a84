import { createHash } from 'node:crypto'
import { z } from 'zod'
import { readJson } from '#lib/connectors/records/read-json.ts'
import { readRecords, recordFormatKeys, refineRecordFormat } from '#lib/connectors/records/record-format.ts'
import { unusable } from '#lib/connectors/records/text-source.ts'
import type { JsonObject, JsonValue } from '#lib/domain/json.ts'
import { isTidemarkError, TidemarkError } from '#lib/platform/errors.ts'
import type { HttpAnswer } from '#lib/platform/http-client.ts'
import { addressOf, ask, type Connected, systemOf } from './ask.ts'
import { firstPage, missesNext, nextPage, type PageEnd, type Paging, pagingSchema } from './paging.ts'

/** What an `extract` block from such a connection takes. */
export const httpExtractRequest = z
  .strictObject({
    path: z.string().optional(),
    query: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    ...recordFormatKeys,
    /** JSON: where the answer says how many rows there are in all; the rows read must be as many. */
    total: z
      .string()
      .regex(/^[^.]+(\.[^.]+)*$/, 'is not a path; write one such as meta.total')
      .optional(),
    paging: pagingSchema.optional(),
  })
  .superRefine((request, issues) => {
    refineRecordFormat(request, issues)
    const reads = request.paging !== undefined && 'next' in request.paging ? request.paging.next : undefined
    const blame = (path: string[]) =>
      issues.addIssue({ code: 'custom', path, message: `stands in JSON only, and the format is ${request.format}` })
    if (request.format !== 'json' && request.total !== undefined) blame(['total'])
    if (request.format !== 'json' && reads !== undefined) blame(['paging', 'next'])
  })
type Request = z.output<typeof httpExtractRequest>

const PAGE_TRIES = 4
const FIRST_WAIT_MS = 1000
/** Whoever is to wait longer begins anew after that: the pages would not fit together any more. */
const WAIT_MS_MAX = 120_000

/** The rows of an answer, page after page, as they come. Throws at the first sign that they are not all, or not the right ones. */
export async function* readPages(connection: Connected, input: Record<string, unknown>): AsyncGenerator<JsonObject> {
  const request = httpExtractRequest.parse(input)
  const address = addressOf(connection, request.path ?? '')
  for (const [name, value] of Object.entries(request.query ?? {})) address.searchParams.set(name, String(value))
  const reading = new PagedReading(connection, request)
  let url: URL | null = request.paging === undefined ? address : firstPage(address, request.paging)
  while (url !== null) url = yield* reading.page(url)
  reading.end()
}

class PagedReading {
  readonly #connection: Connected
  readonly #request: Request
  readonly #what: string
  readonly #asked = new Set<string>()
  readonly #contents = new Set<string>()
  readonly #totals = new Set<number>()
  #rows = 0
  #pages = 0

  constructor(connection: Connected, request: Request) {
    this.#connection = connection
    this.#request = request
    this.#what = `The answer of ${systemOf(connection)}`
  }

  /** Hands out the rows of one page; gives back where the next one is. */
  async *page(url: URL): AsyncGenerator<JsonObject, URL | null> {
    const { paging } = this.#request
    const answer = await this.#ask(url)
    if (answer === null) return null
    const content = createHash('sha256')
    let rows = 0
    const notes: Record<string, JsonValue> = {}
    for await (const row of this.#read(answer, notes)) {
      rows += 1
      if (paging) content.update(JSON.stringify(row))
      yield row
    }
    this.#pages += 1
    this.#rows += rows
    this.#noteTotal(notes['total'])
    if (paging === undefined) return null
    if (rows > 0)
      this.#refuseRepeated(
        this.#contents,
        content.digest('hex'),
        `page ${this.#pages} holds the same rows as an earlier one, so the pages are not what was asked for`,
      )
    if ((paging.by === 'page' || paging.by === 'offset') && this.#totals.has(this.#rows)) return null
    return this.#next(url, paging, { rows, rowsSoFar: this.#rows, link: answer.header('link'), next: notes['next'] })
  }

  /** The announced total must be what came. */
  end(): void {
    if (this.#request.total === undefined) return
    const [total] = this.#totals
    if (this.#totals.size > 1) {
      throw new TidemarkError('unavailable', {
        publicMessage: `${this.#what} changed while its pages were read: the total it announces did.`,
        retryable: true,
      })
    }
    if (total !== this.#rows) throw unusable(this.#what, `it announces ${total ?? 'no'} rows, and ${this.#rows} came`)
  }

  #next(url: URL, paging: Paging, end: PageEnd): URL | null {
    if (this.#pages === 1 && missesNext(paging, end) && !this.#totals.has(this.#rows)) {
      const place = 'next' in paging && paging.next !== undefined ? paging.next : 'its Link header'
      throw unusable(
        this.#what,
        `its first page is full, and nothing at ${place} tells of a second; correct "next", or raise "size" if it is the only one`,
      )
    }
    const next = nextPage(url, paging, end)
    if (next === undefined) throw unusable(this.#what, 'what stands in place of its next page is not an address')
    if (next === null) return null
    if (next.origin !== url.origin) throw unusable(this.#what, 'its next page is on another host, and credentials stay with their host')
    this.#refuseRepeated(this.#asked, next.href, 'its next page is one that was read already')
    if (this.#pages >= paging.pagesMax)
      throw unusable(this.#what, `there are more than ${paging.pagesMax} pages; raise pagesMax if that is right`)
    return next
  }

  #refuseRepeated(seen: Set<string>, one: string, because: string): void {
    if (seen.has(one)) throw unusable(this.#what, because)
    seen.add(one)
  }

  #noteTotal(found: JsonValue | undefined): void {
    const place = this.#request.total
    if (place === undefined) return
    const total = typeof found === 'string' ? Number(found) : found
    if (typeof total !== 'number' || !Number.isSafeInteger(total)) throw unusable(this.#what, `there is no number at ${place}`)
    this.#totals.add(total)
  }

  async *#read(answer: HttpAnswer, notes: Record<string, JsonValue>): AsyncGenerator<JsonObject> {
    if (/html/i.test(answer.contentType)) throw unusable(this.#what, `it is a web page, not ${this.#request.format.toUpperCase()}`)
    const source = { system: systemOf(this.#connection), what: this.#what, bytes: answer.body }
    if (this.#request.format !== 'json') return yield* readRecords(source, this.#request)
    const next = this.#request.paging !== undefined && 'next' in this.#request.paging ? this.#request.paging.next : undefined
    const wanted = { ...(this.#request.total === undefined ? {} : { total: this.#request.total }), ...(next === undefined ? {} : { next }) }
    Object.assign(notes, yield* readJson(source, { records: this.#request.records, notes: wanted }))
  }

  /** The first page is the task's to ask again; of later ones a few tries save all that was read. null: there is no such page. */
  async #ask(url: URL): Promise<HttpAnswer | null> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask(this.#connection, url, { headers: { accept: ACCEPT[this.#request.format] } })
      } catch (error) {
        if (this.#isBeyondLast(error)) return null
        if (this.#pages === 0 || attempt >= PAGE_TRIES || !isTidemarkError(error) || !error.retryable) throw error
        const waitMs = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1)
        if (waitMs > WAIT_MS_MAX) throw error
        await this.#connection.clock.sleep(waitMs, this.#connection.signal)
      }
    }
  }

  /** Beyond the last page some servers have empty ones, others none. */
  #isBeyondLast(error: unknown): boolean {
    return this.#pages > 0 && this.#request.paging?.by === 'page' && isTidemarkError(error) && error.code === 'not-found'
  }
}

const ACCEPT = { json: 'application/json', ndjson: 'application/x-ndjson, application/jsonl', csv: 'text/csv' }
