import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { cut } from '#demo/campus/answer.ts'
import { listen } from '#demo/campus/listen.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { errorAnswer, type LookerAnswer, lookerAnswer } from './looker/answers.ts'
import { type LookerWorld, startUpWorld } from './looker/world.ts'

const ROOT = '/api/4.0/'
const TOKEN_MS = HOUR_MS
const CREDENTIALS = { clientId: 'pretend-looker', clientSecret: 'pretend-looker-secret' }

/** What it can do wrong, to the next requests whose path fits. */
export interface LookerFault {
  kind: 'server-error' | 'html-page' | 'error-in-200' | 'too-many-requests' | 'cut-body' | 'forbidden' | 'forgets-tokens'
  path?: RegExp
  /** Absent: until it is cleared. */
  times?: number
  retryAfter?: string
}

interface LookerOptions {
  clock: Clock
  world?: LookerWorld
  port?: number
  /** Requests a minute for everybody; more are answered 429. */
  perMinute?: number
  /** What an answer waits for. */
  pause?: () => Promise<void>
}

export interface PretendLooker {
  url: string
  credentials: { clientId: string; clientSecret: string }
  world: LookerWorld
  faults: LookerFault[]
  /** `GET /dashboards/12`, in the order they came. */
  requests: string[]
  /** Requests that were under way at the same time, at most. */
  atOnceMax(): number
  /** Sign-ins that nobody has signed out of, and that have not ended. */
  signedIn(): number
  close(): Promise<void>
}

/** Starts a Looker on the loopback address that speaks its API 4.0. */
export async function startLooker(options: LookerOptions): Promise<PretendLooker> {
  const looker = new Looker(options)
  const server = createServer((request, response) => {
    looker.answer(request, response).catch(() => response.destroy())
  })
  const { port, close } = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}`,
    credentials: CREDENTIALS,
    world: looker.world,
    faults: looker.faults,
    requests: looker.requests,
    atOnceMax: () => looker.atOnceMax,
    signedIn: () => looker.signedIn(),
    close,
  }
}

class Looker {
  readonly world: LookerWorld
  readonly faults: LookerFault[] = []
  readonly requests: string[] = []
  atOnceMax = 0
  readonly #options: LookerOptions
  readonly #tokens = new Map<string, number>()
  #atOnce = 0
  #begun: number[] = []

  constructor(options: LookerOptions) {
    this.world = options.world ?? startUpWorld()
    this.#options = options
  }

  signedIn(): number {
    const now = this.#options.clock.now()
    return [...this.#tokens.values()].filter((endsAt) => endsAt > now).length
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#atOnce += 1
    this.atOnceMax = Math.max(this.atOnceMax, this.#atOnce)
    try {
      const body = await text(request)
      const url = new URL(request.url ?? '/', 'http://looker')
      this.requests.push(`${request.method} ${decodeURIComponent(url.pathname.replace(ROOT, '/'))}`)
      await this.#options.pause?.()
      this.#send(response, url, this.#answerTo(request, response, url, body))
    } finally {
      this.#atOnce -= 1
    }
  }

  #answerTo(request: IncomingMessage, response: ServerResponse, url: URL, body: string): LookerAnswer {
    const { pathname, searchParams } = url
    if (!pathname.startsWith(ROOT)) return { status: 404, document: '<!DOCTYPE html><h1>Not found</h1>', contentType: 'text/html' }
    if (this.#isTooMuch(response)) return errorAnswer(429, 'Too many requests')
    const rude = this.#rudeAnswer(pathname, response)
    if (rude !== undefined) return rude
    if (pathname === `${ROOT}login` && request.method === 'POST') return this.#signIn(request, body)
    const token = /^(?:token|Bearer) (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if ((this.#tokens.get(token) ?? 0) <= this.#options.clock.now()) return errorAnswer(401, 'Requires authentication.')
    if (pathname === `${ROOT}logout` && request.method === 'DELETE') {
      this.#tokens.delete(token)
      return { status: 204, document: '' }
    }
    const path = pathname.slice(ROOT.length).split('/').map(decodeURIComponent)
    const json = body === '' ? null : readJson(body)
    if (json === undefined) return errorAnswer(400, 'Problems parsing JSON')
    return lookerAnswer(this.world, { method: request.method ?? 'GET', path, parameters: searchParams, body: json })
  }

  /** Whom it does not know it answers as if there were nothing. */
  #signIn(request: IncomingMessage, body: string): LookerAnswer {
    const form = new URLSearchParams(body)
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
    if (!isForm || form.get('client_id') !== CREDENTIALS.clientId || form.get('client_secret') !== CREDENTIALS.clientSecret)
      return errorAnswer(404, 'Not found')
    const token = randomBytes(20).toString('base64url')
    this.#tokens.set(token, this.#options.clock.now() + TOKEN_MS)
    return { status: 200, document: { access_token: token, token_type: 'Bearer', expires_in: TOKEN_MS / SECOND_MS, refresh_token: null } }
  }

  #isTooMuch(response: ServerResponse): boolean {
    const { clock, perMinute } = this.#options
    const now = clock.now()
    this.#begun = [...this.#begun.filter((at) => at > now - MINUTE_MS), now]
    if (perMinute === undefined || this.#begun.length <= perMinute) return false
    this.#begun.pop()
    const oldest = this.#begun[0] ?? now
    response.setHeader('retry-after', String(Math.max(1, Math.ceil((oldest + MINUTE_MS - now) / SECOND_MS))))
    return true
  }

  #rudeAnswer(pathname: string, response: ServerResponse): LookerAnswer | undefined {
    const fault = this.#take(pathname, ({ kind }) => kind !== 'cut-body')
    switch (fault?.kind) {
      case 'server-error':
        return errorAnswer(500, 'Internal server error')
      case 'html-page':
        return { status: 200, document: '<!DOCTYPE html><h1>Looker is being updated</h1>', contentType: 'text/html' }
      case 'error-in-200':
        return { ...errorAnswer(200, 'An error has occurred.') }
      case 'forbidden':
        return errorAnswer(403, 'Forbidden')
      case 'too-many-requests':
        response.setHeader('retry-after', fault.retryAfter ?? '2')
        return errorAnswer(429, 'Too many requests')
      case 'forgets-tokens':
        this.#tokens.clear()
        return undefined
      default:
        return undefined
    }
  }

  #take(pathname: string, isMeant: (fault: LookerFault) => boolean): LookerFault | undefined {
    const at = this.faults.findIndex((fault) => isMeant(fault) && (fault.path?.test(pathname.replace(ROOT, '/')) ?? true))
    const fault = this.faults[at]
    if (fault?.times !== undefined && --fault.times <= 0) this.faults.splice(at, 1)
    return fault
  }

  #send(response: ServerResponse, { pathname }: URL, { status, document, contentType }: LookerAnswer): void {
    const body = Buffer.from(status === 204 ? '' : contentType === undefined ? JSON.stringify(document) : String(document))
    response.statusCode = status
    response.setHeader('content-type', contentType ?? 'application/json;charset=utf-8')
    if (this.#take(pathname, ({ kind }) => kind === 'cut-body') === undefined) response.end(body)
    else cut(response, body)
  }
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
