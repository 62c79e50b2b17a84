import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { systemClock } from '#lib/platform/clock.ts'
import type { Fault } from './faults.ts'

export interface Answer {
  status: number
  contentType: string
  /** Made while it is sent, as fast as the reader takes it. */
  body: Iterable<string>
}

const FAULT =
  '<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>Internal gateway error</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>'

/** Faults below the protocol. */
export function rudeAnswer(fault: Fault | undefined, response: ServerResponse): Answer | undefined {
  switch (fault?.kind) {
    case 'unauthorized-as-404':
      return { status: 404, contentType: 'application/json', body: ['{"message":"Not Found"}'] }
    case 'too-many-requests':
      response.setHeader('retry-after', fault.retryAfter)
      return { status: 429, contentType: 'application/json', body: ['{"message":"Too Many Requests"}'] }
    case 'server-error':
      return { status: 503, contentType: 'text/plain', body: ['No capacity.'] }
    case 'html-page':
      return {
        status: 200,
        contentType: 'text/html; charset=utf-8',
        body: ['<!DOCTYPE html><html><body><h1>Sign in to the portal</h1></body></html>'],
      }
    case 'xml-fault-in-200':
      return { status: 200, contentType: 'text/xml; charset=utf-8', body: [FAULT] }
    case 'redirect-elsewhere':
      response.setHeader('location', 'http://elsewhere.invalid/login')
      return { status: 302, contentType: 'text/plain', body: ['Moved.'] }
    default:
      return undefined
  }
}

export function jsonAnswer(status: number, document: unknown): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: [JSON.stringify(document)] }
}

/** Sends an answer, as its fault has it. `dripMs`: the pause between two bytes of a slow drip. */
export async function deliver(response: ServerResponse, answer: Answer, fault: Fault | undefined, dripMs: number): Promise<void> {
  response.statusCode = answer.status
  response.setHeader('content-type', answer.contentType)
  if (fault?.kind === 'slow-answer') await pause(response, fault.delayMs)
  if (fault?.kind === 'cut-body') return cut(response, Buffer.from([...answer.body].join('')))
  if (fault?.kind === 'slow-drip') return drip(response, answer, dripMs)
  // Clients may go away in the middle.
  await pipeline(Readable.from(joined(answer.body)), response).catch(() => {})
}

async function pause(response: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  await systemClock.sleep(ms, gone.signal)
}

function* joined(body: Iterable<string>): Generator<string> {
  let piece = ''
  for (const text of body) {
    piece += text
    if (piece.length < 65_536) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

/** Announces the whole body, sends half of it and breaks off. */
export function cut(response: ServerResponse, whole: Buffer): void {
  response.setHeader('content-length', whole.length)
  response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy())
}

function drip(response: ServerResponse, answer: Answer, dripMs: number): void {
  const whole = Buffer.from([...answer.body].join(''))
  let sent = 0
  const timer = setInterval(() => {
    response.write(whole.subarray(sent, sent + 1))
    sent += 1
    if (sent >= whole.length) response.end()
  }, dripMs)
  response.on('close', () => clearInterval(timer))
}
