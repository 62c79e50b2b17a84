import { BAR_DAYS, type DayCell } from '#lib/queries/day-cells.ts'

/** The one day a reader is looking at, on whichever row of bars: shared by all rows and by the card beside them. */
export interface BarSelection {
  subject: string
  name: string
  /** Position from the left, 0…89. */
  position: number
  cells: readonly DayCell[]
  until: string
  pinned: boolean
  element: HTMLElement
}

let selection: BarSelection | null = null
let lastPosition = BAR_DAYS - 1
const watchers = new Set<() => void>()

export function watchSelection(onChange: () => void): () => void {
  watchers.add(onChange)
  return () => watchers.delete(onChange)
}

export function getSelection(): BarSelection | null {
  return selection
}

/** Looks at a day, or at none. */
export function select(next: BarSelection | null): void {
  selection = next
  if (next !== null) lastPosition = next.position
  for (const watcher of watchers) watcher()
}

/** Where a reader who comes to a row by keyboard begins: on the day they looked at last, today at first. */
export function startPosition(): number {
  return lastPosition
}

/** The position looked at on a row; null when the reader looks elsewhere. */
export function positionOn(subject: string): number | null {
  return selection?.subject === subject ? selection.position : null
}

/** The row before or after in reading order that can be seen, for ↑ and ↓. */
export function neighbourRow(element: HTMLElement, step: 1 | -1): HTMLElement | undefined {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-bars][tabindex]')].filter((row) => row.checkVisibility())
  return rows[rows.indexOf(element) + step]
}
