'use client'
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react'
import { zoneCity } from '#lib/domain/wording/dates.ts'

interface PageTime {
  /** The zone times are written in right now. */
  zone: string
  pageZone: string
  now: number
  /** `08:00`: when people start to look. */
  readyBy: string
}

const Context = createContext<PageTime>({ zone: 'UTC', pageZone: 'UTC', now: 0, readyBy: '08:00' })

const STORE = 'tidemark-zone'
const CHANGED = 'tidemark-zone-changed'

function subscribe(onChange: () => void): () => void {
  window.addEventListener(CHANGED, onChange)
  return () => window.removeEventListener(CHANGED, onChange)
}

function readChoice(): 'reader' | 'page' {
  try {
    return localStorage.getItem(STORE) === 'reader' ? 'reader' : 'page'
  } catch {
    return 'page'
  }
}

function storeChoice(choice: string): void {
  try {
    localStorage.setItem(STORE, choice)
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
  window.dispatchEvent(new Event(CHANGED))
}

function readerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Says to everything below in which zone times are written: the page's, or the reader's if they chose so. */
export function ZoneProvider({
  zone: pageZone,
  now,
  readyBy,
  children,
}: {
  zone: string
  now: number
  readyBy: string
  children: ReactNode
}) {
  const choice = useSyncExternalStore(subscribe, readChoice, () => 'page')
  const zone = choice === 'reader' ? readerZone() : pageZone
  const value = useMemo(() => ({ zone, pageZone, now, readyBy }), [zone, pageZone, now, readyBy])
  return <Context value={value}>{children}</Context>
}

/** The zone and the moment of this page. */
export function usePageTime(): PageTime {
  return useContext(Context)
}

/** Offers the reader's own zone where it differs from the page's; nothing without JavaScript. Days stay the page's. */
export function ZoneSwitch() {
  const { zone, pageZone } = usePageTime()
  const own = useSyncExternalStore(subscribe, readerZone, () => null)
  if (own === null || own === pageZone) return null
  return (
    <select
      className="order-1 h-10 flex-none px-2 text-[14px] max-sm:order-3 max-sm:h-11 max-sm:w-36 max-[375px]:w-32 max-[375px]:text-[13px] print:hidden"
      aria-label="Time zone of the times shown"
      value={zone === pageZone ? 'page' : 'reader'}
      onChange={(event) => storeChoice(event.target.value)}
    >
      <option value="page">{zoneCity(pageZone)} time</option>
      <option value="reader">My time ({zoneCity(own)})</option>
    </select>
  )
}
