import { clockHistory, type KnownValue, stateAt } from '#lib/domain/freshness/clock-history.ts'
import { type Arrival, JUDGED_CLOCKS, type JudgedClock } from '#lib/domain/freshness/facts.ts'
import { CLOCK_SKEW_MAX_MS, type Instant } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { isTakenBack, weighWitnesses } from './weigh-witnesses.ts'
import { isLook, type Witness } from './witness.ts'

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
  /** When what a witness told of last brought any rows; null: it never did, as far as is known. */
  broughtAt(clock: JudgedClock, witness: Witness): Instant | null
}

/** What every witness says of every clock, the one that counts first, weighed as the status is. */
export function clockWords(arrivals: readonly Arrival[], sight: Sight): ClockWord[] {
  return JUDGED_CLOCKS.flatMap((clock) => wordsOf(clock, arrivals, sight))
}

/** What one witness says now. */
interface Word {
  witness: Witness
  value: KnownValue
}

function wordsOf(clock: JudgedClock, arrivals: readonly Arrival[], sight: Sight): ClockWord[] {
  const { zone, now, areLooksBlind } = sight
  const own = arrivals.filter((arrival) => arrival.clock === clock)
  const told = [...Map.groupBy(own, ({ witness }) => witness)].map(([witness, facts]) => ({
    witness,
    facts,
    history: clockHistory(facts, zone),
  }))
  const chosen = weighWitnesses(told, now, areLooksBlind)
  const counting = told.find(({ history }) => chosen?.value != null && stateAt(history, now)?.value === chosen.value)
  const words = told.flatMap(({ witness, facts, history }) => {
    const state = stateAt(history, now)
    if (state === null) return []
    const { value } = state
    const isDay = facts.some((fact) => fact.happenedAt === value?.happenedAt && fact.at === value.at && fact.precision === 'day')
    const counts = chosen?.value == null || counting === undefined ? null : { witness: counting.witness, value: chosen.value }
    const standing =
      value === null ? NOT_TRUE : standOf({ witness, value }, counts, { clock, arrivals, sight, takenBackBy: chosen?.takenBackBy ?? null })
    return [{ clock, witness, at: value?.at ?? null, isDay, ...standing }]
  })
  return words.sort((a, b) => Number(b.counts) - Number(a.counts) || (b.at ?? 0) - (a.at ?? 0))
}

type Standing = Pick<ClockWord, 'counts' | 'differs' | 'stand'>

const NOT_TRUE: Standing = { counts: false, differs: true, stand: 'lies in the future, so it cannot be trusted' }

interface Around {
  clock: JudgedClock
  arrivals: readonly Arrival[]
  sight: Sight
  takenBackBy: KnownValue | null
}

function standOf(own: Word, counting: Word | null, around: Around): Standing {
  const [value, chosen] = [own.value, counting?.value ?? null]
  if (value === chosen) return { counts: true, differs: false, stand: 'counts' }
  const behind = (stand: string, differs = true): Standing => ({ counts: false, differs, stand })
  if (isTakenBack(value, around.takenBackBy)) return behind('taken back: a later look found less')
  if (value.at === null) return behind('finds nothing there')
  if (counting === null || chosen === null || chosen.at === null) return behind('what counts finds nothing there')
  const isWeaker = value.weakBy !== null && chosen.weakBy === null
  const apart = value.at - chosen.at
  if (Math.abs(apart) <= CLOCK_SKEW_MAX_MS) return behind(isWeaker ? 'says the same, by weaker evidence' : 'says the same', false)
  const words = `${formatDuration(Math.abs(apart))} ${apart < 0 ? 'earlier' : 'later'}`
  const agreement = agreementOf(own, counting, around)
  if (agreement !== null) return behind(`${words}: ${agreement}`, false)
  return behind(isWeaker ? `${words}, by weaker evidence` : words)
}

/** Why what was told and what a look found are both right although they are apart; null where they are not. */
function agreementOf(own: Word, counting: Word, { clock, arrivals, sight }: Around): string | null {
  const [look, told] = isLook(own.witness) ? [own, counting] : [counting, own]
  if (!isLook(look.witness) || isLook(told.witness) || look.value.at === null || told.value.at === null) return null
  const isByThen = (at: Instant | null, then: Instant) => at === null || at - then <= CLOCK_SKEW_MAX_MS
  if (told.value.at > look.value.at) {
    const isIdle = told.value.rows === 0 && isByThen(sight.broughtAt(clock, told.witness), look.value.at)
    return isIdle ? 'what was loaded since held nothing new' : null
  }
  // A load that ended well says nothing of a write by itself.
  const loads = arrivals.filter((arrival) => arrival.clock === 'loadedAt' && arrival.witness === told.witness)
  const hasLoaded = clock === 'writtenAt' && loads.some(({ at }) => at !== null && isByThen(look.value.at, at))
  return hasLoaded ? 'it has loaded since' : null
}
