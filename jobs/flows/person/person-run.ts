import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { isRetryable } from '#lib/engine/run/retry.ts'
import { isSystemWide, toPublicMessage } from '#lib/platform/errors.ts'
import type { CircuitBreaker } from './concurrency/circuit-breaker.ts'
import type { PersonParameters } from './parameters.ts'
import type { Member, PersonSource } from './sources/source.ts'
import type { PersonStore, PostponedPerson } from './store/person-store.ts'
import type { Tally } from './tally.ts'

/** Failures in a row after which a source is not asked any more; `credentials`: those that no repetition can cure. */
interface Patience {
  credentials: number
  any: number
}

export class PersonRun {
  readonly ctx: FlowContext<PersonParameters>
  readonly store: PersonStore
  readonly source: PersonSource
  readonly tally: Tally
  #postponing: Promise<void> = Promise.resolve()

  constructor(ctx: FlowContext<PersonParameters>, store: PersonStore, source: PersonSource, tally: Tally) {
    this.ctx = ctx
    this.store = store
    this.source = source
    this.tally = tally
  }

  /** Notes people for a replay. One note at a time, since loading needs the lake's connections first. */
  async postpone(people: readonly Member[], stage: PostponedPerson['stage'], reason: string): Promise<void> {
    if (people.length === 0) return
    const notes = people.map(({ buid, populations }) => ({ buid, populations, stage, reason }))
    const noted = this.#postponing.then(() => this.ctx.retry({ retries: 3 }, () => this.store.postpone(notes)))
    this.#postponing = noted.catch(() => {})
    await noted
    this.tally.postponed(stage, reason, people.length)
  }

  /** Throws when so many have failed in a row that the source must be down. */
  giveUp(breaker: CircuitBreaker, question: number, patience: Patience, error: unknown, what: string, ids: readonly string[]): void {
    const failed = breaker.failed(question)
    const most = isSystemWide(error) && !isRetryable(error) ? patience.credentials : patience.any
    if (failed < most) return
    const reason = withoutIds(toPublicMessage(error), ids)
    throw new TidemarkError(isTidemarkError(error) ? error.code : 'internal', {
      publicMessage: `${what} failed ${failed === 1 ? '' : `${failed} times in a row `}and the run was stopped. ${reason} What was loaded stays; run the flow again when that is mended.`,
      message: `${what}: ${withoutIds(error instanceof Error ? error.message : String(error), ids)}`,
    })
  }
}

/** The text without these ids (at least one), whatever their case. */
export function withoutIds(text: string, ids: readonly string[]): string {
  return text.replaceAll(new RegExp(ids.map((id) => id.replaceAll(/\W/g, '\\$&')).join('|'), 'gi'), '(a person)')
}
