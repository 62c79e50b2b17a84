/**
 * Whether a key fits a pattern: `*` stands for anything within one part between slashes, `**` for anything at all, everything else for
 * itself. Takes time by the lengths multiplied, whatever is written.
 */
export function fitsGlob(pattern: string, text: string): boolean {
  const steps = stepsOf(pattern)
  let open = reach(steps, new Set([0]))
  for (const character of text) {
    open = reach(steps, follow(steps, open, character))
    if (open.size === 0) return false
  }
  return open.has(steps.length)
}

function follow(steps: readonly string[], open: ReadonlySet<number>, character: string): Set<number> {
  const next = new Set<number>()
  for (const at of open) {
    const step = steps[at]
    if (step === '**' || (step === '*' && character !== '/')) next.add(at)
    else if (step === character) next.add(at + 1)
  }
  return next
}

function stepsOf(pattern: string): string[] {
  return pattern.match(/\*\*|./gsu) ?? []
}

/** A star may stand for nothing. */
function reach(steps: readonly string[], from: ReadonlySet<number>): Set<number> {
  const reached = new Set(from)
  for (const at of reached) if (steps[at]?.startsWith('*') === true) reached.add(at + 1)
  return reached
}
