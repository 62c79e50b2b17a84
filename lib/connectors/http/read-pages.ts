import { nextAddress } from '#lib/connectors/kit/ask.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import { type JsonEnd, readJson } from '#lib/records/read/json.ts'
import { readRecords } from '#lib/records/read/record-format.ts'
import { unusable } from '#lib/records/read/text-problems.ts'
import type { UnusableRecord } from '#lib/records/unusable-record.ts'
import { addressOf, ask, type Connected, systemOf } from './ask.ts'
import { PageContent } from './page-content.ts'
import { firstPage, missesNext, nextPage, type PageEnd, type Paging } from './paging.ts'
import { type HttpRequest, httpExtractRequest } from './request.ts'

const PAGE_TRIES = 4
const FIRST_WAIT_MS = 1000
/** After a longer wait the pages would no longer fit together: the whole reading begins anew. */
const WAIT_MS_MAX = 120_000

/** The rows of an answer, page after page, as they come. Throws at the first sign that they are not all, or not the right ones. */
export async function* readPages(connection: Connected, input: Record<string, unknown>): AsyncGenerator<JsonObject | UnusableRecord> {
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
  readonly #request: HttpRequest
  readonly #what: string
  readonly #asked = new Set<string>()
  readonly #contents = new Set<string>()
  readonly #totals = new Set<number>()
  #rows = 0
  #pages = 0
  #firstRows = 0
  #last: { url: URL; rows: number } | undefined
  /** All pages so far had no rows; such an answer need not announce a total. */
  #isNothing = true

  constructor(connection: Connected, request: HttpRequest) {
    this.#connection = connection
    this.#request = request
    this.#what = `The answer of ${systemOf(connection)}`
  }

  async *page(url: URL): AsyncGenerator<JsonObject | UnusableRecord, URL | null> {
    const { paging } = this.#request
    const answer = await this.#ask(url)
    if (answer === null) return null
    const page = new PageContent(this.#read(answer))
    yield* page.rows()
    this.#pages += 1
    this.#rows += page.count
    if (this.#pages === 1) this.#firstRows = page.count
    this.#last = { url, rows: page.count }
    this.#noteTotal(page.end)
    if (paging === undefined) return null
    if (page.count > 0)
      this.#refuseRepeated(
        this.#contents,
        page.hash,
        `page ${this.#pages} holds the same rows as an earlier one, so the pages are not what was asked for`,
      )
    if ((paging.by === 'page' || paging.by === 'offset') && this.#totals.has(this.#rows)) return null
    return this.#next(url, paging, { rows: page.count, rowsSoFar: this.#rows, link: answer.header('link'), next: page.end.notes['next'] })
  }

  end(): void {
    if (this.#request.total === undefined || this.#isNothing) return
    const [total] = this.#totals
    if (this.#totals.size > 1) throw changed(this.#what, 'the total it announces did')
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
    const target = nextPage(url, paging, end)
    if (target === undefined) throw unusable(this.#what, 'what stands in place of its next page is not an address')
    if (target === null) return null
    const next = nextAddress(url, target)
    if (!next.ok) throw unusable(this.#what, next.because)
    this.#refuseRepeated(this.#asked, next.url.href, 'its next page is one that was read already')
    if (this.#pages >= paging.pagesMax)
      throw unusable(this.#what, `there are more than ${paging.pagesMax} pages; raise pagesMax if that is right`)
    return next.url
  }

  #refuseRepeated(seen: Set<string>, one: string, because: string): void {
    if (seen.has(one)) throw unusable(this.#what, because)
    seen.add(one)
  }

  #noteTotal({ notes, isNothing }: JsonEnd): void {
    const place = this.#request.total
    const found = notes['total']
    if (place === undefined || (isNothing && found === undefined)) return
    this.#isNothing = false
    const total = typeof found === 'string' ? Number(found) : found
    if (typeof total !== 'number' || !Number.isSafeInteger(total)) throw unusable(this.#what, `there is no number at ${place}`)
    this.#totals.add(total)
  }

  async *#read(answer: HttpAnswer): AsyncGenerator<JsonObject | UnusableRecord, JsonEnd> {
    const { system, bytes, hasEnd } = { system: systemOf(this.#connection), bytes: answer.body, hasEnd: answer.hasEnd }
    const source = { system, what: this.#what, bytes, hasEnd, quote: foreignWords }
    const { format, records, total, paging } = this.#request
    if (format !== 'json') {
      yield* readRecords(source, this.#request)
      return { notes: {}, isNothing: false }
    }
    const next = paging !== undefined && 'next' in paging ? paging.next : undefined
    const notes = { ...(total === undefined ? {} : { total }), ...(next === undefined ? {} : { next }) }
    return yield* readJson(source, { records, notes })
  }

  /** The first page is repeated by the task; later ones a few times here, so that what was read is not lost. null: there is no such
   * page. */
  async #ask(url: URL): Promise<HttpAnswer | null> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#send(url)
      } catch (error) {
        if (this.#mayBeBeyondLast(error) && (await this.#isStillThere())) return null
        if (this.#pages === 0 || attempt >= PAGE_TRIES || !isTidemarkError(error) || !error.retryable) throw error
        const waitMs = Math.max(error.retryAfterMs ?? 0, FIRST_WAIT_MS * 2 ** (attempt - 1))
        if (waitMs > WAIT_MS_MAX) throw error
        await this.#connection.clock.sleep(waitMs, this.#connection.signal)
      }
    }
  }

  #send(url: URL): Promise<HttpAnswer> {
    return ask(this.#connection, url, { headers: { accept: ACCEPT[this.#request.format] } })
  }

  /** Past the last page some servers send an empty one, others an error. */
  #mayBeBeyondLast(error: unknown): boolean {
    const by = this.#request.paging?.by
    return this.#pages > 0 && (by === 'page' || by === 'offset') && isTidemarkError(error) && error.code === 'not-found'
  }

  /** Whether a missing page is the end, and not a service that went away: where neither total nor a short page tells, the page before is
   * asked again. */
  async #isStillThere(): Promise<boolean> {
    if (this.#last === undefined || this.#request.total !== undefined || this.#last.rows < this.#firstRows) return true
    try {
      for await (const _piece of (await this.#send(this.#last.url)).body) break
      return true
    } catch (error) {
      if (isTidemarkError(error) && error.code === 'not-found') throw changed(this.#what, 'what was there before is there no more')
      throw error
    }
  }
}

function changed(what: string, because: string): TidemarkError {
  return new TidemarkError('unavailable', { publicMessage: `${what} changed while its pages were read: ${because}.`, retryable: true })
}

const ACCEPT = { json: 'application/json', ndjson: 'application/x-ndjson, application/jsonl', csv: 'text/csv' }
