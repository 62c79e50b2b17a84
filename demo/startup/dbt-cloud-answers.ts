import type { IncomingMessage, ServerResponse } from 'node:http'
import { cut } from '#demo/campus/answer.ts'
import { type CloudRun, shownRun } from './dbt-cloud-runs.ts'

export type Json = Record<string, unknown>

/** What it can do wrong, for so many requests. */
export type CloudFault =
  | { kind: 'too-many'; retryAfter: string }
  | { kind: 'cut-off' | 'error-in-200' | 'half-a-page' | 'server-error' | 'html-page' }
  /** A run is started, and whoever asked for it does not learn that. */
  | { kind: 'started-and-cut-off' | 'started-and-503' | 'started-and-html-page' | 'started-and-silent' }

const BODY_MAX = 65_536

/** A body of JSON; whatever else was sent is an empty one. */
export async function readJson(request: IncomingMessage): Promise<Json> {
  let text = ''
  for await (const chunk of request) text = `${text}${chunk}`.slice(0, BODY_MAX)
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}

export const GOOD = { code: 200, is_success: true, user_message: 'Success!', developer_message: '' }

/** Answers with JSON. */
export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Says no, in its envelope. */
export function refuse(response: ServerResponse, code: number, words: string): void {
  send(response, code, { status: { code, is_success: false, user_message: words, developer_message: '' }, data: {} })
}

/** A page for people where JSON was asked for. */
export function sendHtmlPage(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><html><body>Scheduled maintenance</body></html>')
}

/** Tells of a run that was started, or not, as the fault has it. */
export function sendStarted(response: ServerResponse, run: CloudRun, fault: CloudFault | undefined): void {
  if (fault?.kind === 'started-and-silent') return
  if (fault?.kind === 'started-and-cut-off') response.destroy()
  else if (fault?.kind === 'started-and-html-page') sendHtmlPage(response)
  else if (fault?.kind === 'started-and-503') {
    response.setHeader('retry-after', '1')
    refuse(response, 503, 'Service unavailable')
  } else finish(response, { data: shownRun(run, '["trigger"]', ''), status: GOOD }, fault)
}

/** Answers, or breaks off in the middle. */
export function finish(response: ServerResponse, body: unknown, fault: CloudFault | undefined): void {
  if (fault?.kind !== 'cut-off') {
    send(response, 200, body)
    return
  }
  response.setHeader('content-type', 'application/json')
  cut(response, Buffer.from(JSON.stringify(body)))
}
