import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listen } from '#demo/campus/listen.ts'

interface ReceivedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export type Answer = (response: ServerResponse, request: ReceivedRequest) => void

export interface HttpReceiver {
  url: string
  requests: ReceivedRequest[]
  behave(answer: Answer): void
  close(): Promise<void>
}

export function answerWith(status: number, headers: Record<string, string> = {}) {
  return (response: ServerResponse) => response.writeHead(status, headers).end()
}

export function answerJson(body: unknown, headers: Record<string, string | string[]> = {}): Answer {
  return (response) => response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** A local HTTP server that notes all requests and answers as told. */
export async function startHttpReceiver(): Promise<HttpReceiver> {
  const requests: ReceivedRequest[] = []
  let answer: Answer = answerWith(204)
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const received = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
        requests.push(received)
        answer(response, received)
      },
      () => response.destroy(),
    )
  })
  const { port, close } = await listen(server)
  return {
    url: `http://127.0.0.1:${port}/hook`,
    requests,
    behave(next) {
      answer = next
    },
    close,
  }
}
