import { type ClockHistory, type ClockState, type KnownValue, stateAt } from '#lib/domain/freshness/clock-history.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { isLook, type Witness } from './witness.ts'

/** All that one witness said of one clock. */
export interface WitnessHistory {
  witness: Witness
  history: ClockHistory
}

interface Word {
  witness: Witness
  state: ClockState
}

/**
 * What the witnesses of one clock say together at an instant: the word of the strongest that can see, of equals the latest. While looks are
 * blind, the later of their last value and of what was told counts. What a look found gone takes back what was told before. Null: nothing is known.
 */
export function weighWitnesses(histories: readonly WitnessHistory[], at: Instant, areLooksBlind: boolean): ClockState | null {
  const words = histories.flatMap(({ witness, history }): Word[] => {
    const state = stateAt(history, at)
    return state === null ? [] : [{ witness, state }]
  })
  const [only, ...others] = words
  if (only === undefined || others.length === 0) return only?.state ?? null
  const takenBackBy = lastTakenBack(words)
  const seen = strongest(words.filter(({ witness }) => isLook(witness)))
  const told = strongest(words.filter((word) => !isLook(word.witness) && !isTakenBack(word.state.value, takenBackBy)))
  const chosen = areLooksBlind ? laterValue(seen, told) : strongest([seen, told].flatMap((word) => word ?? []))
  return chosen === undefined ? null : { ...chosen.state, hadValue: words.some(({ state }) => state.hadValue), takenBackBy }
}

function strongest(words: readonly Word[]): Word | undefined {
  return words.reduce<Word | undefined>((best, word) => (best === undefined || isStronger(word, best) ? word : best), undefined)
}

function isStronger(word: Word, than: Word): boolean {
  const byStrength = strengthOf(word) - strengthOf(than)
  if (byStrength !== 0) return byStrength > 0
  const byTime = (word.state.value?.happenedAt ?? 0) - (than.state.value?.happenedAt ?? 0)
  return byTime === 0 ? isLook(word.witness) : byTime > 0
}

function strengthOf({ state: { value } }: Word): number {
  if (value === null) return 0
  return value.weakBy === null ? 2 : 1
}

function laterValue(seen: Word | undefined, told: Word | undefined): Word | undefined {
  if (seen === undefined || told === undefined) return seen ?? told
  if (strengthOf(told) > strengthOf(seen)) return told
  return (told.state.value?.at ?? 0) > (seen.state.value?.at ?? 0) ? told : seen
}

function lastTakenBack(words: readonly Word[]): KnownValue | null {
  const found = words.flatMap(({ state }) => state.takenBackBy ?? [])
  return found.reduce<KnownValue | null>((last, one) => (last === null || one.happenedAt > last.happenedAt ? one : last), null)
}

/** True when a look that came after it found less than it had brought. */
export function isTakenBack(told: KnownValue | null, by: KnownValue | null): by is KnownValue {
  if (told === null || told.at === null || by === null || by.happenedAt <= told.happenedAt) return false
  return by.at === null || by.at < told.at
}
