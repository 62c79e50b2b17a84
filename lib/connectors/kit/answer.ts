import { LeftOut } from '#lib/domain/connections/whole-discovery.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '#lib/domain/values/json.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import { type Sniffed, sniffStart } from '#lib/records/read/sniff.ts'

/** An answer that came whole and cannot be used; asking again would bring the same. `because` names nobody. */
export function refusedAnswer(system: string, because: string): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `The answer of ${system} cannot be used: ${because}.` })
}

/** That the one thing that was asked for is not there, or not for us: neither is another try any good, nor anything else hidden by it. */
export function gone(publicMessage: string): TidemarkError {
  return new TidemarkError('not-found', { publicMessage, lasting: 'gone' })
}

/** What was asked for; null where it is not there. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (isTidemarkError(error) && error.code === 'not-found') return null
    throw error
  }
}

/** True when a system does not show the one thing that was asked for; an answer that cannot be read says nothing of the kind. */
export function isNotShown(error: unknown): error is TidemarkError {
  return isTidemarkError(error) && error.lasting !== undefined && !error.systemWide
}

/** A piece of an answer as a value, no digit lost; refused when it is not JSON. */
export function parseAnswer(system: string, text: string): JsonValue {
  try {
    return parseJson(text)
  } catch {
    // The parser's message quotes the text, and with it perhaps somebody's data.
    throw refusedAnswer(system, text.trimStart().startsWith('<') ? 'it is a web page or XML, not JSON' : 'it is not JSON')
  }
}

/** Throws when two columns of what a statement found share a name: one of them would be lost. */
export function refuseSameNames(columns: readonly { name: string }[]): void {
  const twice = columns.find(({ name }, i) => columns.findIndex((column) => column.name === name) < i)
  if (twice === undefined) return
  throw new TidemarkError('refused', {
    publicMessage: `The statement has two columns "${twice.name}". Give one of them another name with "as".`,
  })
}

/** The body of an answer that ought to be JSON, not read yet; a web page or XML is refused, whatever it calls itself. */
export async function jsonBody(system: string, answer: HttpAnswer): Promise<Sniffed['chunks']> {
  const { start, chunks } = await sniffStart(answer.body, 1)
  if (start !== '<') return chunks
  await chunks.return()
  throw refusedAnswer(system, 'it is a web page or XML, not JSON')
}

/** One row of the list of rows that an answer is; refused, in the given words if any, when the list is none or holds anything else. */
export function parseRow(system: string, place: string | number | undefined, text: string, because?: string): JsonObject {
  if (typeof place !== 'number') throw refusedAnswer(system, because ?? 'its rows are not a list')
  const row = parseAnswer(system, text)
  if (!isJsonObject(row)) throw refusedAnswer(system, because ?? `row ${place + 1} is not a row`)
  return row
}

/** The things of a discovery that can be read; what cannot is told at the end, so that it is neither taken for gone nor hides the others. */
export class Readable {
  readonly #isOfOne: (error: unknown) => boolean
  readonly #problems: string[] = []
  #read = 0

  constructor(isOfOne: (error: unknown) => boolean = isUnreadable) {
    this.#isOfOne = isOfOne
  }

  /** One of them; undefined: it cannot be read. Throws what would come of every question. */
  async read<T>(read: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const one = await read()
      this.#read += 1
      return one
    } catch (error) {
      if (!isTidemarkError(error) || !this.#isOfOne(error)) throw error
      this.#problems.push(error.publicMessage)
      return undefined
    }
  }

  /** Throws where something could not be read: how many, and why the first. */
  end(): void {
    const [first] = this.#problems
    if (first === undefined) return
    const among = `${formatCount(this.#problems.length)} of ${formatCount(this.#problems.length + this.#read)}`
    throw new LeftOut('refused', { publicMessage: `${among} cannot be read: what was known of that stands. ${first}` })
  }
}

/** An answer that came whole, and is not as its system writes it. */
function isUnreadable(error: unknown): boolean {
  return isTidemarkError(error) && error.code === 'refused' && error.status === undefined && !error.systemWide && !error.retryable
}
