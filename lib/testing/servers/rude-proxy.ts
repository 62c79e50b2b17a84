import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from '#demo/campus/listen.ts'

/** How a proxy spoils an answer; with a status and a code, it answers that by itself. */
export type Rudeness = 'cut-body' | 'silent-body' | 'silent' | 'down' | 'html-page' | { status: number; code: string; message?: string }

export interface RudeProxy {
  url: string
  /** What was asked, as `GET /account/container?comp=list`. */
  requests: string[]
  /** From now on, or so many times. */
  be(rudeness: Rudeness, times?: number): void
  behave(): void
  close(): Promise<void>
}

/** A proxy before a server that has better manners. */
export async function startRudeProxy(target: string): Promise<RudeProxy> {
  const requests: string[] = []
  let now: { rudeness: Rudeness; times: number } | null = null
  const take = () => {
    if (now === null || now.times <= 0) return null
    now.times -= 1
    return now.rudeness
  }
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    forward(target, request, response, take()).catch(() => response.destroy())
  })
  const listening = await listen(server)
  return {
    url: `http://127.0.0.1:${listening.port}${new URL(target).pathname}`,
    requests,
    be(rudeness, times = Number.POSITIVE_INFINITY) {
      now = { rudeness, times }
    },
    behave() {
      now = null
      requests.length = 0
    },
    close: () => listening.close(),
  }
}

async function forward(target: string, request: IncomingMessage, response: ServerResponse, rudeness: Rudeness | null): Promise<void> {
  if (rudeness === 'down') return void response.destroy()
  if (rudeness === 'silent') return
  if (rudeness === 'html-page') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Welcome')
  if (rudeness !== null && typeof rudeness === 'object') {
    const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${rudeness.code}</Code><Message>${rudeness.message ?? 'no'}</Message></Error>`
    return void response.writeHead(rudeness.status, { 'content-type': 'application/xml', 'x-ms-error-code': rudeness.code }).end(body)
  }
  const { hostname, port } = new URL(target)
  const asked = send({ hostname, port, path: request.url, method: request.method, headers: request.headers })
  asked.end(await buffer(request))
  const answer = await new Promise<IncomingMessage>((resolve, reject) => asked.on('response', resolve).on('error', reject))
  const body = await buffer(answer)
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
  if (rudeness === null) return void response.end(body)
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => rudeness === 'cut-body' && response.destroy())
}
