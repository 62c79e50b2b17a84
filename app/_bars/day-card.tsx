'use client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { getJson } from '#app/_ui/live/get-json.ts'
import { dayPath } from '#app/_ui/paths.ts'
import { cellInWords, LEGEND_ORDER } from '#app/_ui/status-labels.ts'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import { dayAfter, dayName } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { ApiDay } from '#lib/queries/api/day-answers.ts'
import { BAR_DAYS } from '#lib/queries/shared/day-cells.ts'
import type { DayRow } from '#lib/queries/shared/day-rows.ts'
import { type BarSelection, closeSoon, dismiss, getSelection, keepOpen, select, watchSelection } from './bar-selection.ts'
import { LARGE, SMALL } from './bar-strokes.ts'

const REST_MS = 150
const WIDTH = 264
const LATE_SHOWN = 3

/** The details of the day a reader looks at, beside the bars. One for the whole page. */
export function DayCard() {
  const selection = useSyncExternalStore(watchSelection, getSelection, () => null)
  const rested = useRested(selection?.subject ?? null)
  const { data } = useQuery({
    queryKey: ['days', rested],
    queryFn: ({ signal }) => getJson<DayRow[]>(`/api/v1/days?${new URLSearchParams({ subject: rested ?? '' })}`, signal),
    enabled: rested !== null,
  })
  useEffect(() => {
    const close = (event: Event) => {
      const inside = event.target instanceof Element && event.target.closest('[data-bars], .day-card')
      if (getSelection()?.pinned && !inside) select(null)
    }
    const closeOnScroll = () => select(null)
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && getSelection() !== null) dismiss()
    }
    document.addEventListener('pointerdown', close)
    document.addEventListener('keydown', closeOnEscape)
    window.addEventListener('scroll', closeOnScroll, { passive: true })
    return () => {
      document.removeEventListener('pointerdown', close)
      document.removeEventListener('keydown', closeOnEscape)
      window.removeEventListener('scroll', closeOnScroll)
    }
  }, [])
  if (selection === null) return null
  const day = dayAfter(selection.until, selection.position - (BAR_DAYS - 1))
  return <Card selection={selection} day={day} row={rested === selection.subject ? data?.find((row) => row.day === day) : undefined} />
}

/** What that day of it comes down to, once the reader stays with a day on which it was not always fresh. */
function useCauses({ subject, position, cells }: BarSelection, day: string): ApiDay['causes'] {
  const wasUnhealthy = cells[position]?.parts.some(({ status }) => isUnhealthy(status)) ?? false
  const rested = useRested(wasUnhealthy ? `${day}?${new URLSearchParams({ subject })}` : null)
  const { data } = useQuery({
    queryKey: ['day', rested],
    queryFn: ({ signal }) => getJson<ApiDay>(`/api/v1/days/${rested}`, signal),
    enabled: rested !== null,
  })
  return data?.day === day ? data.causes : []
}

/** The subject once the reader has stayed with it for a moment: passing over rows asks for nothing. */
function useRested(subject: string | null): string | null {
  const [rested, setRested] = useState<string | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setRested(subject), REST_MS)
    return () => clearTimeout(timer)
  }, [subject])
  return rested
}

function Card({ selection, day, row }: { selection: BarSelection; day: string; row: DayRow | undefined }) {
  const card = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (card.current) place(card.current, selection)
  })
  return (
    <div
      className={`day-card fixed z-10 w-66 rounded border bg-paper px-4 py-3 text-sm shadow-[0_2px_12px_rgb(0_0_0/12%)] print:hidden [&_p]:mt-1 ${selection.pinned ? 'pinned border-ink' : 'border-line-strong'}`}
      ref={card}
      role="status"
      onPointerEnter={keepOpen}
      onPointerLeave={closeSoon}
    >
      <p className="mt-0! text-muted">{selection.name}</p>
      <strong>{dayName(day)}</strong>
      {row ? <DayDetails row={row} /> : <p>{cellInWords(selection.cells[selection.position])}</p>}
      <FirstCause causes={useCauses(selection, day)} />
      <p>
        <a href={dayPath(day)}>What happened that day</a>
      </p>
    </div>
  )
}

function FirstCause({ causes: [first, ...others] }: { causes: ApiDay['causes'] }) {
  if (first === undefined) return null
  return (
    <p className="line-clamp-6">
      {first.words}
      {others.length > 0 && ` And ${others.length} more.`}
    </p>
  )
}

function place(card: HTMLElement, selection: BarSelection): void {
  const drawing = selection.element.firstElementChild?.getBoundingClientRect() ?? selection.element.getBoundingClientRect()
  const isLarge = selection.element.classList.contains('large')
  const { step } = isLarge ? LARGE : SMALL
  const middle = drawing.left + selection.position * step
  const column = isLarge ? drawing : (selection.element.parentElement ?? selection.element).getBoundingClientRect()
  const below = drawing.bottom + 8
  const fits = below + card.offsetHeight < window.innerHeight
  card.style.left = `${Math.max(8, Math.min(Math.min(window.innerWidth - 8, column.right) - WIDTH, middle - WIDTH / 2))}px`
  card.style.top = `${fits ? below : drawing.top - card.offsetHeight - 8}px`
}

function DayDetails({ row }: { row: DayRow }) {
  const shown = LEGEND_ORDER.filter((status) => row[status] > 0)
  return (
    <>
      {shown.length === 0 && <p>Nothing was promised that day.</p>}
      {shown.map((status) => (
        <p key={status} className="flex items-center gap-2">
          <StatusIcon status={status} />
          {`${statusInWords(status)} ${formatDuration(row[status] * 1000)}`}
        </p>
      ))}
      {row.expected !== null && row.expected > 0 && (
        <p>{`${Math.max(0, row.expected - (row.missed ?? 0))} of ${row.expected} expected deliveries came${row.cameLate ? `, ${row.cameLate} late` : ''}`}</p>
      )}
      {row.lateDeliveries.slice(0, LATE_SHOWN).map(({ expectedBy, words }) => (
        <p key={`${expectedBy} ${words}`}>{words}</p>
      ))}
      {row.blind > 0 && <p>{`We could not see for ${formatDuration(row.blind * 1000)}`}</p>}
    </>
  )
}
