import type { IncomingMessage } from 'node:http'
import type { Answer } from '#demo/campus/answer.ts'

export const UNAUTHORIZED = 'Unauthorized: the task token is not valid'

export function hasTaskKey(request: IncomingMessage, key: string): boolean {
  return (request.headers['x-api-key'] ?? request.headers.authorization?.replace(/^Bearer /, '')) === key
}

export function taskRefusal(status: number, message: string): Answer {
  return json(status, [JSON.stringify({ response_map: { error_list: [{ message }] }, http_status_code: status })])
}

/** A document of a Snap's error view, which stands among the others. */
export function errorDocument(status: number): string {
  return JSON.stringify({
    error: 'Failed to execute HTTP request',
    reason: `REST API service endpoint returned error result: status code = ${status}, reason phrase = Service Unavailable`,
    resolution: 'Please check the values of Snap properties.',
    status,
  })
}

export function json(status: number, body: Iterable<string>): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body }
}
