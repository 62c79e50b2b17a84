import { Readable } from 'node:stream'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** What a store has sent when it was asked for a file from some byte on. */
interface Sent {
  stream: unknown
  /** `bytes 100-199/200`, of a part. */
  range: string | undefined
  bytes: number | undefined
}

/**
 * The content of a file from that byte on, and how long the whole is; refused where it is another part. It is cut when the question ends that it belongs to, and
 * what goes wrong with it later ends no process.
 */
export function openedStream(
  system: string,
  { stream, range, bytes }: Sent,
  from: number,
  signal: AbortSignal,
): { stream: Readable; bytes: number | undefined } {
  if (!(stream instanceof Readable)) throw refusedAnswer(system, 'it has no content')
  cutWithQuestion(system, stream, signal)
  const [, begin, whole] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range ?? '') ?? []
  if (Number(begin ?? 0) === from) return { stream, bytes: whole === undefined ? bytes : Number(whole) }
  stream.destroy()
  throw refusedAnswer(system, 'it is another part of the file than was asked for')
}

function cutWithQuestion(system: string, stream: Readable, signal: AbortSignal): void {
  const cut = () => stream.destroy(new TidemarkError('cancelled', { publicMessage: `Reading from ${system} was cancelled.` }))
  signal.addEventListener('abort', cut, { once: true })
  stream.once('close', () => signal.removeEventListener('abort', cut))
  stream.on('error', () => {})
}

/** Calls when a stream has ended, or at once where there is none. */
export function whenClosed(stream: unknown, end: () => void): void {
  if (stream instanceof Readable) stream.once('close', end)
  else end()
}
