import type { IncomingMessage, ServerResponse } from 'node:http'
import { OVERVIEW_PATH, type OverviewKey, READER_HEADER, writeOverviewKey } from '#app/_lib/overview-key.ts'
import { ownHeaders } from '#app/_lib/own-call.ts'
import { isKnown, takesGzip } from '#lib/platform/http/request-headers.ts'
import type { Behind } from './answer-in-trouble.ts'
import { answerKind } from './answer-kind.ts'
import type { Snapshot, Snapshots } from './snapshots.ts'

interface OverviewOptions {
  /** Answers as Next does. */
  answer: Behind['answer']
  /** Whose overview whoever sent these headers is shown; null: they must sign in first. */
  keyOf: (headers: Headers) => Promise<OverviewKey | null>
  /** Null to develop: it is rendered for each reader. */
  snapshots: Pick<Snapshots, 'read'> | null
}

const SIGN_IN = '/sign-in?to=%2F'

/** Answers with the overview of whoever asks for it: the document, or what an open page renders itself anew from. All else is Next's. */
export function withOverview({ answer, keyOf, snapshots }: OverviewOptions): Behind['answer'] {
  return async (request, response) => {
    if (answerKind(request.method ?? '', request.url ?? '') !== 'overview') return answer(request, response)
    const key = await keyOf(toHeaders(request))
    if (key === null) return goSignIn(response)
    if (snapshots === null) return answer(toRendering(request, key), response)
    send(request, response, await snapshots.read(key, request.headers['rsc'] === undefined ? 'document' : 'update'))
  }
}

function goSignIn(response: ServerResponse): void {
  response.writeHead(303, { location: SIGN_IN, 'cache-control': 'no-store', 'content-length': 0 }).end()
}

/** The request for the rendering of what is asked for. */
function toRendering(request: IncomingMessage, key: OverviewKey): IncomingMessage {
  request.url = `${OVERVIEW_PATH}${request.url?.slice(1) ?? ''}`
  Object.assign(request.headers, ownHeaders(), { [READER_HEADER]: writeOverviewKey(key) })
  return request
}

function send(request: IncomingMessage, response: ServerResponse, { headers, etag, plain, gzip }: Snapshot): void {
  if (isKnown(request.headers['if-none-match'], etag)) {
    response.writeHead(304, { ...headers, etag }).end()
    return
  }
  const isPacked = takesGzip(request.headers['accept-encoding'])
  const body = isPacked ? gzip : plain
  response.writeHead(200, { ...headers, etag, 'content-length': body.length, ...(isPacked && { 'content-encoding': 'gzip' }) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function toHeaders({ headers }: IncomingMessage): Headers {
  const { cookie, authorization } = headers
  return new Headers({ ...(cookie !== undefined && { cookie }), ...(authorization !== undefined && { authorization }) })
}
