import { whyNotRead } from '#lib/domain/contracts/contract-address.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { decodeText } from '#lib/platform/env-file.ts'
import { type HttpAnswer, httpRequest } from '#lib/platform/http/client.ts'

const BYTES_MAX = 500_000
const LIMITS = {
  connectMs: 10 * SECOND_MS,
  headersMs: 15 * SECOND_MS,
  idleMs: 15 * SECOND_MS,
  totalMs: 30 * SECOND_MS,
  bodyBytes: 10 * BYTES_MAX,
}

/** What tells whether an address still says what it said. */
export interface Validators {
  etag: string | null
  lastModified: string | null
}

/** What an address says: a text, the same as before, one that cannot be used, or nothing. */
export type Fetched = ({ kind: 'text'; text: string } & Validators) | { kind: 'unchanged' } | { kind: 'bad' | 'silent'; words: string }

interface Asking {
  signal: AbortSignal
  clock: Clock
  /** Of what it said before. */
  known?: Validators
}

/** Asks an address for the contract that stands there, within limits; redirects are followed on the same host only. Throws only when the signal aborts. */
export async function fetchContract(url: string, { signal, clock, known }: Asking): Promise<Fetched> {
  const why = whyNotRead(url)
  if (why !== null) return { kind: 'silent', words: `The address ${why}.` }
  const system = new URL(url).host
  const hasAsked = known !== undefined && (known.etag !== null || known.lastModified !== null)
  let isUnchanged = false
  const explain = (status: number) => {
    isUnchanged = hasAsked && status === 304
    return statusInWords(system, status)
  }
  try {
    const answer = await httpRequest({ system, url, headers: headersFor(known), limits: LIMITS, explain, signal, clock })
    return await readAnswer(answer, system)
  } catch (error) {
    signal.throwIfAborted()
    return isUnchanged ? { kind: 'unchanged' } : { kind: 'silent', words: inWords(error) }
  }
}

function headersFor(known: Validators | undefined): Record<string, string> {
  return {
    accept: 'application/yaml, application/json, text/yaml, text/plain, */*;q=0.5',
    ...(known?.etag != null && { 'if-none-match': known.etag }),
    ...(known?.lastModified != null && { 'if-modified-since': known.lastModified }),
  }
}

/** Nothing of an answer that is refused for what it is may be taken for silence. */
async function readAnswer(answer: HttpAnswer, system: string): Promise<Fetched> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body) {
    bytes += chunk.length
    if (bytes > BYTES_MAX) return { kind: 'bad', words: `${system} sent more than the 500 kB that a contract may have.` }
    chunks.push(chunk)
  }
  if (/^text\/html\b/i.test(answer.contentType)) {
    return {
      kind: 'bad',
      words: `${system} sent a web page and no contract: perhaps it wants a sign-in. Name the address of the file itself.`,
    }
  }
  try {
    const text = decodeText(Buffer.concat(chunks), `What ${system} sent`)
    return { kind: 'text', text, etag: answer.header('etag') ?? null, lastModified: answer.header('last-modified') ?? null }
  } catch (error) {
    return { kind: 'bad', words: inWords(error) }
  }
}

function statusInWords(system: string, status: number): string | undefined {
  if (status === 304) return `${system} says that nothing has changed (HTTP 304), and was not asked whether.`
  if (status === 401 || status === 403) return `${system} refuses to show it (HTTP ${status}): a contract is read without signing in.`
  if (status === 404 || status === 410) return `${system} has nothing at that address (HTTP ${status}).`
  return undefined
}

/** Other errors of the wire speak of connections. */
function inWords(error: unknown): string {
  if (!(error instanceof TidemarkError)) return 'It could not be read.'
  return error.publicMessage.replaceAll(' of the connection', '')
}
