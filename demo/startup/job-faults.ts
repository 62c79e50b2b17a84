import type { ServerResponse } from 'node:http'
import { cut } from '#demo/campus/answer.ts'
import { send, sendHtmlPage } from './dbt-cloud-answers.ts'

/** What a scheduler of jobs can do wrong, for one request each. */
export type JobFault =
  | { kind: 'too-many'; retryAfter: string }
  | { kind: 'cut-off' | 'server-error' | 'html-page' | 'garbage' | 'silent' | 'other-shape' | 'token-expired' }
  /** A run is started, and whoever asked for it does not learn that. */
  | { kind: 'started-and-cut-off' | 'started-and-html-page' | 'started-and-503' | 'started-and-408' }

/** What goes wrong with the next requests, each fault once; `At` says with which of them. */
export class JobFaults<At> {
  readonly #waiting: { at: At; fault: JobFault }[] = []

  add(at: At, ...faults: JobFault[]): void {
    this.#waiting.push(...faults.map((fault) => ({ at, fault })))
  }

  /** The fault of this request, which is gone with it. */
  take(isAt: (at: At) => boolean): JobFault | undefined {
    const place = this.#waiting.findIndex(({ at }) => isAt(at))
    return place < 0 ? undefined : this.#waiting.splice(place, 1)[0]?.fault
  }
}

export interface JobAnswer {
  status: number
  body: unknown
}

/** Its own form of an error. */
type Refusal = (words: string) => unknown

/** False where the fault spoils the answer that is given. */
export function failNow(fault: JobFault, response: ServerResponse, refusal: Refusal): boolean {
  switch (fault.kind) {
    case 'too-many':
      response.setHeader('retry-after', fault.retryAfter)
      send(response, 429, refusal('Too many requests'))
      return true
    case 'server-error':
      send(response, 503, refusal('Service Unavailable'))
      return true
    case 'html-page':
      sendHtmlPage(response)
      return true
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('[{"id": 1,')
      return true
    case 'other-shape':
      send(response, 200, { results: [{ id: 1 }] })
      return true
    case 'silent':
      return true
    default:
      return false
  }
}

/** Answers, or leaves whoever asked without the answer. */
export function finishJob(response: ServerResponse, { status, body }: JobAnswer, fault: JobFault | undefined, refusal: Refusal): void {
  switch (fault?.kind) {
    case 'started-and-cut-off':
      response.destroy()
      break
    case 'started-and-html-page':
      sendHtmlPage(response)
      break
    case 'started-and-408':
      send(response, 408, refusal('Request Timeout'))
      break
    case 'started-and-503':
      send(response, 503, refusal('Service Unavailable'))
      break
    case 'cut-off':
      response.setHeader('content-type', 'application/json')
      cut(response, Buffer.from(JSON.stringify(body)))
      break
    default:
      send(response, status, body)
  }
}
