import type { ServerResponse } from 'node:http'

/** Shorter texts are cheaper to encode again than to compare. */
const LONG = 100_000

let last: { text: string; bytes: Buffer } | undefined

/** Sends a long text as bytes that all who are sent the same text share: a page that is kept is not copied for each of its readers. */
export function encodeOnce(response: ServerResponse): void {
  const end = response.end as (...args: unknown[]) => ServerResponse
  const encode = (chunk: unknown, encoding: unknown) =>
    typeof chunk === 'string' && chunk.length >= LONG && (typeof encoding !== 'string' || /^utf-?8$/i.test(encoding))
      ? bytesOf(chunk)
      : chunk
  Object.assign(response, {
    end: (chunk?: unknown, encoding?: unknown, ...rest: unknown[]) => end.call(response, encode(chunk, encoding), encoding, ...rest),
  })
}

function bytesOf(text: string): Buffer {
  if (last?.text !== text) last = { text, bytes: Buffer.from(text) }
  return last.bytes
}
