import { clockHistory, type KnownValue, stateAt } from '#lib/domain/freshness/clock-history.ts'
import { type Arrival, JUDGED_CLOCKS, type JudgedClock } from '#lib/domain/freshness/facts.ts'
import { CLOCK_SKEW_MAX_MS, type Instant } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { isTakenBack, weighWitnesses } from './weigh-witnesses.ts'
import type { Witness } from './witness.ts'

/** What one witness says of one clock, beside what the others say of it. */
export interface ClockWord {
  clock: JudgedClock
  witness: Witness
  /** null: nothing is there, or nothing that can be true. */
  at: Instant | null
  isDay: boolean
  /** It is the one that is judged. */
  counts: boolean
  /** It says something else than the one that counts. */
  differs: boolean
  /** How it stands to that one, in half a sentence. */
  stand: string
}

interface Sight {
  /** Where dates are local days. */
  zone: string
  now: Instant
  areLooksBlind: boolean
}

/** What every witness says of every clock, the one that counts first, weighed as the status is. */
export function clockWords(arrivals: readonly Arrival[], sight: Sight): ClockWord[] {
  return JUDGED_CLOCKS.flatMap((clock) =>
    wordsOf(
      clock,
      arrivals.filter((arrival) => arrival.clock === clock),
      sight,
    ),
  )
}

function wordsOf(clock: JudgedClock, arrivals: readonly Arrival[], { zone, now, areLooksBlind }: Sight): ClockWord[] {
  const told = [...Map.groupBy(arrivals, ({ witness }) => witness)].map(([witness, own]) => ({
    witness,
    own,
    history: clockHistory(own, zone),
  }))
  const chosen = weighWitnesses(told, now, areLooksBlind)
  const words = told.flatMap(({ witness, own, history }) => {
    const state = stateAt(history, now)
    if (state === null) return []
    const { value } = state
    const isDay = own.some((fact) => fact.happenedAt === value?.happenedAt && fact.at === value.at && fact.precision === 'day')
    const standing = value === null ? NOT_TRUE : standOf(value, chosen?.value ?? null, chosen?.takenBackBy ?? null)
    return [{ clock, witness, at: value?.at ?? null, isDay, ...standing }]
  })
  return words.sort((a, b) => Number(b.counts) - Number(a.counts) || (b.at ?? 0) - (a.at ?? 0))
}

type Standing = Pick<ClockWord, 'counts' | 'differs' | 'stand'>

const NOT_TRUE: Standing = { counts: false, differs: true, stand: 'lies in the future, so it cannot be trusted' }

function standOf(value: KnownValue, chosen: KnownValue | null, takenBackBy: KnownValue | null): Standing {
  if (value === chosen) return { counts: true, differs: false, stand: 'counts' }
  const behind = (stand: string, differs = true): Standing => ({ counts: false, differs, stand })
  if (isTakenBack(value, takenBackBy)) return behind('taken back: a later look found less')
  if (value.at === null) return behind('finds nothing there')
  if (chosen === null || chosen.at === null) return behind('what counts finds nothing there')
  const isWeaker = value.weakBy !== null && chosen.weakBy === null
  const apart = value.at - chosen.at
  if (Math.abs(apart) <= CLOCK_SKEW_MAX_MS) return behind(isWeaker ? 'says the same, by weaker evidence' : 'says the same', false)
  const words = `${formatDuration(Math.abs(apart))} ${apart < 0 ? 'earlier' : 'later'}`
  return behind(isWeaker ? `${words}, by weaker evidence` : words)
}
