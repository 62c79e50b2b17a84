'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react'
import { DayCard } from '#app/_bars/day-card.tsx'
import { isShown, type Topic } from '#lib/queries/changes/topic.ts'
import { Announcer, noteTurned } from './announcer.tsx'
import type { LineState } from './event-source.ts'
import { getJson } from './get-json.ts'
import { followEvents } from './shared-events.ts'
import { OVERVIEW_SHOWS } from './shown-topics.ts'

const ANSWER_MS = 10_000

/** What has changed since the page on screen was made; nothing when that cannot be had now: the next news asks again. */
async function getMoved(since: string): Promise<readonly Topic[]> {
  try {
    const path = `/api/v1/moved?${new URLSearchParams({ since })}`
    return (await getJson<{ topics: Topic[] }>(path, AbortSignal.timeout(ANSWER_MS))).topics
  } catch {
    return []
  }
}

const REFRESH_EVERY_MS = 1000

let connection: LineState = 'starting'
const watchers = new Set<() => void>()

function setConnection(next: LineState): void {
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
    if (document.querySelector('main[data-alone]') !== null) return
    const refresh = throttled(() => router.refresh(), REFRESH_EVERY_MS)
    const hear = (topics: readonly Topic[]) => {
      invalidateRuns(client, topics)
      const shown = shownTopics()
      if (shown === null || !isShown(topics, shown)) return
      for (const key of ['bars', 'days']) void client.invalidateQueries({ queryKey: [key] })
      refresh.call()
    }
    const catchUp = () => {
      const since = madeAt()
      if (since !== undefined && shownTopics() !== null) void getMoved(since).then(hear)
    }
    const stop = whileOnScreen(() =>
      followEvents((news) => {
        if (news.kind === 'moved') return hear(news.topics)
        if (news.kind === 'turned') return isShown(OVERVIEW_SHOWS, shownTopics() ?? []) && noteTurned(news.turned)
        setConnection(news.state)
        if (news.state === 'live') catchUp()
      }),
    )
    const catchUpInSight = () => {
      if (document.visibilityState === 'visible' && connection === 'live') catchUp()
    }
    document.addEventListener('visibilitychange', catchUpInSight)
    return () => {
      document.removeEventListener('visibilitychange', catchUpInSight)
      stop()
      refresh.stop()
    }
  }, [router, client])
  return (
    <QueryClientProvider client={client}>
      {children}
      <DayCard />
      <Announcer />
    </QueryClientProvider>
  )
}

/** Follows as long as the page is on screen: one that the browser keeps for the way back lets go, and begins anew when it is shown again. */
function whileOnScreen(follow: () => () => void): () => void {
  let stop = follow()
  const leave = () => stop()
  const comeBack = ({ persisted }: PageTransitionEvent) => {
    if (persisted) stop = follow()
  }
  window.addEventListener('pagehide', leave)
  window.addEventListener('pageshow', comeBack)
  return () => {
    window.removeEventListener('pagehide', leave)
    window.removeEventListener('pageshow', comeBack)
    stop()
  }
}

/** What the page on screen shows, as `PageShell` has written it down; null where there is none. */
function shownTopics(): Topic[] | null {
  const written = document.querySelector<HTMLElement>('[data-shows]')?.dataset['shows']
  const shown: unknown = written === undefined ? null : JSON.parse(written)
  return Array.isArray(shown) ? shown.map(String) : null
}

function madeAt(): string | undefined {
  return document.querySelector<HTMLElement>('[data-now]')?.dataset['now']
}

/** Runs on screen are asked for again by themselves: the run it is about, and lists of runs. */
function invalidateRuns(client: QueryClient, topics: readonly Topic[]): void {
  const runs = topics.filter((topic) => topic.startsWith('run:')).map((topic) => topic.slice('run:'.length))
  for (const id of runs.length === 0 ? [] : [...runs, 'list']) void client.invalidateQueries({ queryKey: ['run', id] })
  if (topics.includes('*')) void client.invalidateQueries({ queryKey: ['run'] })
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
        : 'The server or its database does not answer; this page shows what was known then. Trying again…'}
    </span>
  )
}
