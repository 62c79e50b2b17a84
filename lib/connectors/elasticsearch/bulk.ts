import { z } from 'zod'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { IndexDocument, RefusedDocument } from '#lib/connectors/kit/index-build.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { foreignWords } from '#lib/platform/secrets/foreign-words.ts'
import type { SearchApi } from './api.ts'
import { refusalInWords, refusalSchema } from './refusals.ts'

const FIRST_WAIT_MS = 250
const WAIT_MAX_MS = 30 * SECOND_MS
/** So often in a row there may be no room for anything at all. */
const FRUITLESS_MAX = 10
const TOO_LARGE = 413
const BLOCKED = 'cluster_block_exception'

const itemSchema = z.object({
  index: z.object({ _id: z.string(), status: z.number(), error: refusalSchema.optional() }),
})
const answerSchema = z.object({ items: z.array(itemSchema) })
type Item = z.infer<typeof itemSchema>['index']

interface Target {
  api: SearchApi
  clock: Clock
  signal: AbortSignal
  /** The name by which the build is written: one that is gone is not made anew by a write. */
  door: string
}

/** Puts documents and looks at the answer to each: those that there was no room for go again, with longer and longer waits. */
export async function putDocuments(target: Target, documents: readonly IndexDocument[]): Promise<RefusedDocument[]> {
  const refused: RefusedDocument[] = []
  let waiting = documents
  let waitMs = FIRST_WAIT_MS
  for (let fruitless = 0; waiting.length > 0; ) {
    const items = await send(target, waiting)
    const left = waiting.filter((_, at) => isBusy(items[at]))
    refused.push(...items.flatMap((item) => (isBusy(item) ? [] : refusalOf(target.api, item))))
    fruitless = left.length === waiting.length ? fruitless + 1 : 0
    if (fruitless > FRUITLESS_MAX) throw noRoom(target.api, left.length)
    waitMs = fruitless === 0 ? FIRST_WAIT_MS : Math.min(2 * waitMs, WAIT_MAX_MS)
    if (left.length > 0) await target.clock.sleep(waitMs, target.signal)
    waiting = left
  }
  return refused
}

/** What became of each document, in their order. Requests that are too large for it go in halves. */
async function send(target: Target, documents: readonly IndexDocument[]): Promise<Item[]> {
  const { api, signal, door } = target
  const lines = documents.map(({ id, json }) => `{"index":{"_id":${JSON.stringify(id)}}}\n${json}\n`).join('')
  const question = { path: [door, '_bulk'], parameters: { require_alias: 'true' }, lines, what: 'documents that it was given', signal }
  try {
    const items = (await api.ask(question, answerSchema)).items.map(({ index }) => index)
    const isWhole = items.length === documents.length && items.every(({ _id }, at) => _id === documents[at]?.id)
    if (isWhole) return items
  } catch (error) {
    if (!isTidemarkError(error) || error.status !== TOO_LARGE) throw error
    return inHalves(target, documents)
  }
  throw refusedAnswer(api.system, 'it does not tell of each document what became of it')
}

async function inHalves(target: Target, documents: readonly IndexDocument[]): Promise<Item[]> {
  const [first] = documents
  if (first === undefined) return []
  if (documents.length === 1) return [{ _id: first.id, status: TOO_LARGE }]
  const half = Math.ceil(documents.length / 2)
  return [...(await send(target, documents.slice(0, half))), ...(await send(target, documents.slice(half)))]
}

/** A node whose disk is nearly full answers 429, too, until somebody makes room; a cluster without a leader blocks with 503, and finds one. */
const isBusy = (item: Item | undefined) =>
  item !== undefined && (item.status >= 500 || (item.status === 429 && item.error?.type !== BLOCKED))

/** Why a document is never taken; nothing where it was. Throws where no document would be. */
function refusalOf(api: SearchApi, { _id: id, status, error }: Item): RefusedDocument[] {
  if (status < 300) return []
  const refusal = error ?? { type: 'an error' }
  if (status !== 400 && status !== TOO_LARGE) throw isGone(api, status, refusal.type, refusal.reason ?? '')
  const because = status === TOO_LARGE ? 'it is larger than a request may be' : refusalInWords(refusal)
  return [{ id, reason: `is not taken by the index: ${because}` }]
}

function isGone(api: SearchApi, status: number, type: string, reason: string): TidemarkError {
  const isBlocked = type === BLOCKED
  const because = isBlocked
    ? 'it takes no writes: it is read-only, which a node makes it when its disk is nearly full'
    : status === 404
      ? 'what was built is not there any more. Somebody removed it, or a later run did'
      : `it refuses them (HTTP ${status})`
  const publicMessage = `${api.system} does not take documents: ${because}.`
  return new TidemarkError('refused', { publicMessage, message: `${publicMessage} [${type}] ${foreignWords(reason)}`.trim(), status })
}

function noRoom(api: SearchApi, documents: number): TidemarkError {
  return new TidemarkError('unavailable', {
    publicMessage: `${api.system} has had no room for ${documents} documents, however often they were put.`,
    retryable: true,
  })
}
