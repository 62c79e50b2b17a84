import { pipeline, Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { createGzip } from 'node:zlib'
import { refuse, respond } from '#app/_lib/respond.ts'
import type { Context } from '#app/_lib/web-process.ts'
import { isKnown, takesGzip } from '#lib/platform/http/request-headers.ts'
import { againFor } from '#lib/queries/api/again-answers.ts'
import { type ApiList, digest, getApiPage, getListMark, type ListQuestion, readWhole } from '#lib/queries/api/list.ts'
import { readQuestion } from './read-question.ts'
import { TAGGED_HEADERS, taggedJson } from './tagged-json.ts'

const LINES_TYPE = 'application/x-ndjson'
/** Ten megabytes are packed while they are read; more than this costs more time than it saves. */
const GZIP_LEVEL = 1

/** Answers for a list of the API: a page of it as JSON, or all of it as lines; 304 for who has it already. */
export function listResponse<Q extends ListQuestion, T>(
  request: Request,
  list: ApiList<Q, T>,
  contextOf: () => Promise<Context>,
): Promise<Response> {
  return respond(async () => {
    const question = readQuestion(request, list.question)
    const isLines = question.format === undefined ? acceptsLines(request) : question.format === 'ndjson'
    if (isLines && question.limit !== undefined) throw refuse('An NDJSON answer is whole: leave out "limit".')
    const ctx = await contextOf()
    return isLines ? linesResponse(request, ctx, list, question) : taggedJson(request, await getApiPage(ctx, list, question))
  })
}

function acceptsLines(request: Request): boolean {
  return (request.headers.get('accept') ?? '').toLowerCase().includes(LINES_TYPE)
}

async function linesResponse<Q extends ListQuestion, T>(
  request: Request,
  ctx: Context,
  list: ApiList<Q, T>,
  question: Q,
): Promise<Response> {
  const again = againFor(ctx)
  const tag = `W/"${digest(JSON.stringify([await getListMark(ctx, list, question, again), list.name, question]))}"`
  const headers = { ...TAGGED_HEADERS, etag: tag, 'content-type': `${LINES_TYPE}; charset=utf-8` }
  if (isKnown(request.headers.get('if-none-match'), tag)) return new Response(null, { status: 304, headers })
  const batches = readWhole(ctx, list, question, again)
  // Read before the first byte leaves: what cannot be answered is still refused with words.
  const first = await batches.next()
  if (request.method === 'HEAD') return new Response(null, { headers })
  const lines = Readable.from(toLines(first, batches), { objectMode: false })
  if (!takesGzip(request.headers.get('accept-encoding'))) return new Response(toBody(lines), { headers })
  // What breaks off one of the two breaks off the other; whoever reads is told by the end that never comes.
  const packed = pipeline(lines, createGzip({ level: GZIP_LEVEL }), () => {})
  return new Response(toBody(packed), { headers: { ...headers, 'content-encoding': 'gzip' } })
}

async function* toLines<T>(first: IteratorResult<T[], unknown>, batches: AsyncGenerator<T[]>): AsyncGenerator<Buffer> {
  if (first.done !== true) yield inLines(first.value)
  for await (const batch of batches) yield inLines(batch)
}

function inLines(items: readonly unknown[]): Buffer {
  return Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''))
}

function toBody(stream: Readable): ReadableStream<Uint8Array> {
  const body: NodeReadableStream<Uint8Array> = Readable.toWeb(stream)
  return body as ReadableStream<Uint8Array>
}
