const FIRST = 90_000_001

export function buidOf(index: number): string {
  return `U${FIRST + index}`
}

export function indexOf(buid: string): number | undefined {
  const number = /^U(9\d{7})$/.exec(buid)?.[1]
  const index = number === undefined ? -1 : Number(number) - FIRST
  return index < 0 ? undefined : index
}

// Multiples of these fill the unit square evenly: a few hundred people already hold every combination.
const STEPS = { roster: 0.754_877_666_246_693, terms: 0.569_840_290_998_053 }

/** A number in [0, 1), fixed for this person and purpose. */
export function placeOf(index: number, purpose: keyof typeof STEPS, seed: number): number {
  return ((index + 1) * STEPS[purpose] + seed * 0.618_033_988_749_895) % 1
}
