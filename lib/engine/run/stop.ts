import { TidemarkError } from '#lib/domain/tidemark-error.ts'

export type StopReason = 'cancelled' | 'timed-out' | 'fenced' | 'handed-back'

const WORDS: Record<StopReason, string> = {
  cancelled: 'The run was cancelled.',
  'timed-out': 'The run took longer than its flow allows.',
  fenced: 'Another worker has taken this run over; this one writes nothing more.',
  'handed-back': 'The worker stops; the run goes on where it is when a worker is free.',
}

const CODES = { cancelled: 'cancelled', 'timed-out': 'timeout', fenced: 'fenced', 'handed-back': 'unavailable' } as const

/** The reason of an aborted run's signal; never worth a retry. */
export class RunStopped extends TidemarkError {
  readonly reason: StopReason

  constructor(reason: StopReason, message?: string) {
    super(CODES[reason], { publicMessage: WORDS[reason], message: message ?? WORDS[reason] })
    this.reason = reason
  }
}

/** Settles as `promise` does, or rejects with the signal's reason as soon as that aborts. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {})
    return Promise.reject(signal.reason)
  }
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
