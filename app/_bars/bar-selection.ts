import { BAR_DAYS, type DayCell } from '#lib/queries/shared/day-cells.ts'

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

/** So long a pointer may be on its way from the bars to the card beside them. */
const ON_THE_WAY_MS = 300

let selection: BarSelection | null = null
let dismissed: { subject: string; position: number } | null = null
let closing: ReturnType<typeof setTimeout> | undefined
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
  clearTimeout(closing)
  dismissed = null
  selection = next
  if (next !== null) lastPosition = next.position
  for (const watcher of watchers) watcher()
}

/** Closes the card, and keeps it closed while the pointer stays on that day. */
export function dismiss(): void {
  const last = selection
  select(null)
  dismissed = last
}

/** Whether the reader has just closed the card of this day. */
export function isDismissed(subject: string, position: number): boolean {
  return dismissed?.subject === subject && dismissed.position === position
}

/** The pointer has left the bars or the card: closed unless it comes to the other one, or the day is pinned. */
export function closeSoon(): void {
  dismissed = null
  clearTimeout(closing)
  if (selection?.pinned === false) closing = setTimeout(() => select(null), ON_THE_WAY_MS)
}

/** The pointer is on the card. */
export function keepOpen(): void {
  clearTimeout(closing)
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
