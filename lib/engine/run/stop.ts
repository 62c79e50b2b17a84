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
