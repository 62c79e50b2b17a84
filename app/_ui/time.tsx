'use client'
import { useSyncExternalStore } from 'react'
import {
  clockTime,
  dayOfInstant,
  dayOfYear,
  longTime,
  machineTime,
  nearTime,
  shortTime,
  zoneAbbreviation,
} from '#lib/domain/wording/dates.ts'
import { age } from '#lib/domain/wording/durations.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { usePageTime } from './zone.tsx'

interface TimeProps {
  at: number
  /** `short` 20 Nov 02:04 · `long` Fri 20 Nov 02:04 EST · `near` yesterday 02:04 · `day` 19 Nov · `clock` 02:04:31 · `minute` 02:04, of a day of the page that is known. */
  form?: 'short' | 'long' | 'near' | 'day' | 'clock' | 'minute'
}

/** An instant in the zone of the page (or the reader's). A whole day stays the page's whatever the reader chose. */
export function Time({ at, form = 'short' }: TimeProps) {
  const { zone, pageZone, now } = usePageTime()
  if (form === 'day') return <time dateTime={machineTime(at)}>{dayOfInstant(at, pageZone, now)}</time>
  return (
    <time dateTime={machineTime(at)} suppressHydrationWarning>
      {form === 'minute' ? minuteOf(at, zone, pageZone, now) : textOf(at, form, zone, now)}
    </time>
  )
}

function textOf(at: number, form: 'short' | 'long' | 'near' | 'clock', zone: string, now: number): string {
  if (form === 'clock') return clockTime(at, zone)
  if (form === 'near') return nearTime(at, zone, now)
  return form === 'short' ? shortTime(at, zone, now) : `${longTime(at, zone, now)} ${zoneAbbreviation(at, zone)}`
}

/** In a zone of the reader's it may be another day. */
function minuteOf(at: number, zone: string, pageZone: string, now: number): string {
  return zone === pageZone ? clockTime(at, zone).slice(0, 5) : shortTime(at, zone, now)
}

/** How far data reaches: an instant, or a local day of the page's zone. */
export function Through({ value, form = 'short' }: { value: number | string; form?: 'short' | 'long' }) {
  const { now } = usePageTime()
  if (typeof value === 'number') return <Time at={value} form={form} />
  return <time dateTime={value}>{dayOfYear(value, now)}</time>
}

const TICK_MS = 15_000
let clockNow = 0
const watchers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  clockNow = systemClock.now()
  for (const watcher of watchers) watcher()
}

function watch(onChange: () => void): () => void {
  watchers.add(onChange)
  if (timer === undefined) {
    timer = setInterval(tick, TICK_MS)
    clockNow = systemClock.now()
  }
  return () => {
    watchers.delete(onChange)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function browserNow(): number {
  if (clockNow === 0) clockNow = systemClock.now()
  return clockNow
}

interface AgeProps {
  at: number
  brackets?: boolean
  /** It has happened, even if the reader's clock is behind. */
  past?: boolean
  /** It is expected, and may be a moment away. */
  toCome?: boolean
}

/** How long ago, ticking; until it ticks, and without JavaScript, as of the moment the page was made. */
export function Age({ at, brackets = false, past = false, toCome = false }: AgeProps) {
  const { now: madeAt } = usePageTime()
  const now = useSyncExternalStore(watch, browserNow, () => madeAt)
  const words = age(past ? Math.min(at, now) : at, now, toCome)
  return <span className="age">{brackets ? ` (${words})` : ` ${words}`}</span>
}
