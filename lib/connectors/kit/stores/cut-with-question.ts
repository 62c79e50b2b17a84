import type { Readable } from 'node:stream'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** From now on the stream is cut when the question ends that it belongs to; what goes wrong with it later ends no process. */
export function cutWithQuestion(system: string, stream: Readable, signal: AbortSignal): void {
  const cut = () => stream.destroy(new TidemarkError('cancelled', { publicMessage: `Reading from ${system} was cancelled.` }))
  signal.addEventListener('abort', cut, { once: true })
  stream.once('close', () => signal.removeEventListener('abort', cut))
  stream.on('error', () => {})
}
