'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react'
import { DayCard } from './day-card.tsx'

const REFRESH_EVERY_MS = 2000

type Connection = 'starting' | 'live' | 'lost'
let connection: Connection = 'starting'
const watchers = new Set<() => void>()

function setConnection(next: Connection): void {
  connection = next
  for (const watcher of watchers) watcher()
}

/** Keeps the open page in step: events of the server invalidate what was loaded and render the page anew. */
export function Live({ children }: { children: ReactNode }) {
  const router = useRouter()
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: 60_000, refetchOnWindowFocus: false, retry: 1 } } }),
  )
  useEffect(() => {
    const refresh = throttled(() => router.refresh(), REFRESH_EVERY_MS)
    const seen = document.querySelector<HTMLElement>('[data-now]')?.dataset['now'] ?? ''
    const source = new EventSource(`/api/v1/events?${new URLSearchParams({ seen })}`)
    const renew = (keys: string[]) => () => {
      for (const key of keys) void client.invalidateQueries({ queryKey: [key] })
      refresh.call()
    }
    source.addEventListener('open', () => setConnection('live'))
    source.addEventListener('error', () => setConnection('lost'))
    source.addEventListener('change', renew(['bars', 'days']))
    source.addEventListener('facts', renew(['days']))
    source.addEventListener('runs', renew(['run']))
    return () => {
      source.close()
      refresh.stop()
    }
  }, [router, client])
  return (
    <QueryClientProvider client={client}>
      {children}
      <DayCard />
    </QueryClientProvider>
  )
}

/** Calls at once, then at most every `everyMs`, the last call never lost. */
function throttled(action: () => void, everyMs: number): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let again = false
  const rest = () => {
    timer = undefined
    if (!again) return
    again = false
    run()
  }
  const run = () => {
    action()
    timer = setTimeout(rest, everyMs)
  }
  return {
    call: () => {
      if (timer === undefined) run()
      else again = true
    },
    stop: () => clearTimeout(timer),
  }
}

function watchConnection(onChange: () => void): () => void {
  watchers.add(onChange)
  return () => watchers.delete(onChange)
}

/** Says whether the page still follows the server; nothing without JavaScript. */
export function LiveState() {
  const state = useSyncExternalStore(
    watchConnection,
    () => connection,
    () => 'starting',
  )
  if (state === 'starting') return null
  return (
    <span>
      {state === 'live'
        ? 'Live: this page follows by itself.'
        : 'The server cannot be reached; this page shows what was known then. Trying again…'}
    </span>
  )
}
