import type { LogPart } from '#lib/queries/runs/run-log.ts'
import type { LogLine } from '#lib/queries/runs/run-rows.ts'

/** However long somebody watches, no more lines than these are kept; earlier ones come again on demand. */
export const LINES_KEPT = 5000

/** A part of a log with the lines that came after it; what is there already is not added again. */
export function grownLog(part: LogPart, later: readonly LogLine[]): LogPart {
  const last = part.lines.at(-1)?.id ?? 0
  const fresh = later.filter(({ id }) => id > last)
  const all = [...part.lines, ...fresh]
  return { lines: all.slice(-LINES_KEPT), matching: (part.matching ?? 0) + fresh.length, more: part.more || all.length > LINES_KEPT }
}

/** A text cut where `find` stands in it, whatever the case: every second piece is a match. */
export function piecesOf(text: string, find: string): string[] {
  if (find === '') return [text]
  const lower = text.toLowerCase()
  // Some letters change their length in lower case; a mark in the wrong place would be worse than none.
  if (lower.length !== text.length) return [text]
  const pieces: string[] = []
  let from = 0
  for (let at = lower.indexOf(find.toLowerCase()); at !== -1; at = lower.indexOf(find.toLowerCase(), from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + find.length))
    from = at + find.length
  }
  return [...pieces, text.slice(from)]
}
