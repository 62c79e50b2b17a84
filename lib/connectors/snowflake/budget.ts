import type { Connection } from '#lib/connectors/kit/connector.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import type { LookState, Spent } from './look-state.ts'
import type { SnowflakeSettings } from './settings.ts'

export interface Cost {
  ms: number
  credits: number
}

/** A warehouse that wakes up is paid for so long at least. */
const BILLED_MIN_MS = MINUTE_MS

/** What the warehouse took today at most: kept with what the looks keep of the assets, so that it is known after a restart. */
export class Budget {
  readonly #connection: Pick<Connection<SnowflakeSettings>, 'clock' | 'settings'>
  readonly #day: string
  #credits: number
  #paidUntil: Instant = 0
  /** Credits that no state answers for yet. */
  #unkept = 0

  constructor(connection: Pick<Connection<SnowflakeSettings>, 'clock' | 'settings'>, before: readonly (Spent | null)[]) {
    this.#connection = connection
    this.#day = localDay(connection.clock.now(), 'UTC')
    this.#credits = before.reduce((sum, spent) => sum + (spent?.day === this.#day ? spent.credits : 0), 0)
  }

  /** What is asked within a minute that is paid for costs nothing more, and what it brings keeps the account. */
  isUsedUp(): boolean {
    const { clock, settings } = this.#connection
    return this.#credits >= (settings.budget ?? Number.POSITIVE_INFINITY) && clock.now() >= this.#paidUntil
  }

  /** Carries out a statement that needs the warehouse, and what it cost, also when it failed. */
  async during<T>(work: Promise<T>): Promise<{ value: T; cost: Cost }> {
    const { clock } = this.#connection
    const begunAt = clock.now()
    const charge = () => this.#charge(begunAt, clock.now())
    try {
      const value = await work
      return { value, cost: charge() }
    } catch (error) {
      charge()
      throw error
    }
  }

  /** Whether something was spent that no state answers for. */
  hasUnkept(): boolean {
    return this.#connection.settings.budget !== undefined && this.#unkept > 0
  }

  /** What the state of an asset tells of it: the first one after a statement answers for all of it. */
  spentOf(before: Spent | null): Pick<LookState, 'spent'> {
    if (this.#connection.settings.budget === undefined) return {}
    const credits = this.#unkept
    this.#unkept = 0
    if (credits === 0) return before === null ? {} : { spent: before }
    const earlier = before?.day === this.#day ? before.credits : 0
    return { spent: { day: this.#day, credits: earlier + credits } }
  }

  #charge(begunAt: Instant, endedAt: Instant): Cost {
    const from = Math.max(begunAt, this.#paidUntil)
    const until = Math.max(endedAt, begunAt >= this.#paidUntil ? begunAt + BILLED_MIN_MS : endedAt)
    this.#paidUntil = Math.max(this.#paidUntil, until)
    const credits = (Math.max(0, until - from) / HOUR_MS) * this.#connection.settings.creditsPerHour
    this.#credits += credits
    this.#unkept += credits
    return { ms: endedAt - begunAt, credits }
  }
}

/** For the page: the last digit is rounded up. */
export function creditsInWords(credits: number): string {
  const shown = Math.ceil(credits * 10_000) / 10_000
  return `${shown} ${shown === 1 ? 'credit' : 'credits'}`
}
