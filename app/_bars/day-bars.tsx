'use client'
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useMemo, useRef, useSyncExternalStore } from 'react'
import { dayPath } from '#app/_ui/paths.ts'
import { cellInWords } from '#app/_ui/status-labels.ts'
import { dayAfter, dayName } from '#lib/domain/wording/dates.ts'
import { BAR_DAYS, type DayCell, readDays } from '#lib/queries/shared/day-cells.ts'
import { BarPatterns } from './bar-patterns.tsx'
import {
  type BarSelection,
  closeSoon,
  dismiss,
  getSelection,
  isDismissed,
  neighbourRow,
  positionOn,
  select,
  startPosition,
  watchSelection,
} from './bar-selection.ts'
import { type BarSize, barStrokes, daysInWords, LARGE, SMALL } from './bar-strokes.ts'
import { pressedPath } from './pressed-bar.ts'

interface DayBarsProps {
  /** `feed:terms`. */
  subject: string
  name: string
  until: string
  /** A cell per day (`day-cells.ts`); undefined while they are on their way. */
  days: string | undefined
  large?: boolean
}

const nothing = () => () => {}

/** Ninety days. One tab stop; ← → walk the days, ↑ ↓ the rows, Enter keeps the card open and then leads to the day, as a press on the day that is shown does; Esc closes it. */
export function DayBars({ subject, name, until, days, large = false }: DayBarsProps) {
  const alive = useSyncExternalStore(
    nothing,
    () => true,
    () => false,
  )
  const position = useSyncExternalStore(
    watchSelection,
    () => positionOn(subject),
    () => null,
  )
  const element = useRef<HTMLDivElement>(null)
  const cells = useMemo(() => readDays(days ?? ''), [days])
  const size = large ? LARGE : SMALL
  const className = `bars${large ? ' large' : ''}`
  if (days === undefined) return <div className={`${className} waiting`} />

  const look = (next: number, pinned: boolean) => {
    if (element.current) select({ subject, name, position: next, cells, until, pinned, element: element.current })
  }
  const label = `${name}, ${BAR_DAYS} days: ${daysInWords(cells)}`
  const live = alive
    ? {
        'data-bars': subject,
        role: 'slider',
        tabIndex: 0,
        'aria-label': `${name}, day by day`,
        'aria-description': 'Arrow keys walk the days and the rows; Enter keeps the details open, Enter again leads to the day.',
        'aria-valuemin': 0,
        'aria-valuemax': BAR_DAYS - 1,
        'aria-valuenow': position ?? BAR_DAYS - 1,
        'aria-valuetext': dayText(cells, until, position ?? BAR_DAYS - 1),
        ...handlers({ subject, until }, size.step, look),
      }
    : { role: 'img', 'aria-label': label }
  return (
    <div className={className} ref={element} {...live}>
      <svg width={BAR_DAYS * size.step - (size.step - size.bar)} height={size.height} aria-hidden="true">
        {large && <BarPatterns prefix="q" size={LARGE} />}
        {barStrokes(cells, size).map((stroke) => (
          <path key={stroke.className} className={stroke.className} d={stroke.d} />
        ))}
        {position !== null && (
          <rect className="mark" x={position * size.step - 0.5} y={0.5} width={size.bar + 1} height={size.height - 1} />
        )}
      </svg>
      {!alive && <PressedBar until={until} size={size} />}
    </div>
  )
}

const NOTHING = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='
const TELLS_PIXEL = { ismap: '' }

/** Without JavaScript the browser itself tells which bar is pressed; the days stand in a table for the keyboard. */
function PressedBar({ until, size }: { until: string; size: BarSize }) {
  return (
    <a href={pressedPath(until, size)} tabIndex={-1}>
      {/* biome-ignore lint/performance/noImgElement: nothing is shown */}
      <img alt="" src={NOTHING} {...TELLS_PIXEL} />
    </a>
  )
}

function dayText(cells: readonly DayCell[], until: string, position: number): string {
  return `${dayName(dayAfter(until, position - (BAR_DAYS - 1)))}: ${cellInWords(cells[position])}`
}

type Look = (position: number, pinned: boolean) => void

function handlers({ subject, until }: Pick<DayBarsProps, 'subject' | 'until'>, step: number, look: Look) {
  return {
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const position = positionAt(event, step)
      if (event.pointerType === 'mouse' && !getSelection()?.pinned && !isDismissed(subject, position)) look(position, false)
    },
    onPointerLeave: closeSoon,
    onClick: (event: MouseEvent<HTMLDivElement>) => {
      event.preventDefault()
      const position = positionAt(event, step)
      const path = dayPath(dayAfter(until, position - (BAR_DAYS - 1)))
      if (event.ctrlKey || event.metaKey || event.shiftKey) return void window.open(path, '_blank', 'noopener')
      const now = getSelection()
      if (now?.element === event.currentTarget && now.position === position) location.assign(path)
      else look(position, true)
    },
    onFocus: (event: { currentTarget: HTMLDivElement }) => {
      if (event.currentTarget.matches(':focus-visible')) look(startPosition(), false)
    },
    onBlur: () => {
      if (!getSelection()?.pinned) select(null)
    },
    onKeyDown: (event: KeyboardEvent<HTMLDivElement>) => walk(event, step, look),
  }
}

function positionAt(event: { currentTarget: HTMLDivElement; clientX: number }, step: number): number {
  const drawing = event.currentTarget.firstElementChild?.getBoundingClientRect()
  const position = drawing ? Math.floor((event.clientX - drawing.left) / step) : 0
  return Math.min(BAR_DAYS - 1, Math.max(0, position))
}

function walk(event: KeyboardEvent<HTMLDivElement>, step: number, look: Look): void {
  const now: BarSelection | null = getSelection()
  const position = now?.position ?? BAR_DAYS - 1
  const firstShown = BAR_DAYS - Math.floor((event.currentTarget.clientWidth + 2) / step)
  const moves: Record<string, number> = {
    ArrowLeft: position - 1,
    ArrowRight: position + 1,
    Home: firstShown,
    End: BAR_DAYS - 1,
    PageUp: position - 7,
    PageDown: position + 7,
  }
  const next = moves[event.key]
  if (next !== undefined) look(Math.min(BAR_DAYS - 1, Math.max(firstShown, next)), now?.pinned ?? false)
  else if (event.key === 'ArrowUp') neighbourRow(event.currentTarget, -1)?.focus()
  else if (event.key === 'ArrowDown') neighbourRow(event.currentTarget, 1)?.focus()
  else if (event.key === 'Enter' && now?.pinned) location.assign(dayPath(dayAfter(now.until, now.position - (BAR_DAYS - 1))))
  else if (event.key === 'Enter' || event.key === ' ') look(position, !(now?.pinned ?? false))
  else if (event.key === 'Escape') dismiss()
  else return
  event.preventDefault()
}
