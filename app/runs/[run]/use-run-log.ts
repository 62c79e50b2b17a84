'use client'
import { useEffect, useRef, useState } from 'react'
import { getJson } from '#app/_ui/live/get-json.ts'
import { questionOf } from '#app/_ui/paths.ts'
import { grownLog } from '#app/_ui/runs/grown-log.ts'
import type { LogPart, LogQuery } from '#lib/queries/runs/run-log.ts'

const LOOK_EVERY_MS = 2000
const ANSWER_MS = 30_000

export type LogSearch = Pick<LogQuery, 'find' | 'level'>

interface Shown {
  search: LogSearch
  part: LogPart
  problem: string | null
}

export interface ShownLog extends Shown {
  ask(search: LogSearch): Promise<void>
  showEarlier(): Promise<void>
}

/** The shown part of a run's log: grows at its end while the run goes on, at its beginning on demand. */
export function useRunLog(runId: string, initial: { search: LogSearch; part: LogPart }, isGrowing: boolean): ShownLog {
  const [shown, setShown] = useState<Shown>({ ...initial, problem: null })
  const latest = useRef(shown)
  const wasGrowing = useRef(isGrowing)
  useEffect(() => {
    latest.current = shown
  }, [shown])
  useEffect(() => {
    const over = new AbortController()
    const look = async () => {
      const { search, part } = latest.current
      const found = await loadLog(runId, { ...search, after: part.lines.at(-1)?.id ?? 0 }, over.signal)
      if (typeof found === 'string' || found.lines.length === 0) return
      setShown((known) => (known.search === search ? { ...known, part: grownLog(known.part, found.lines) } : known))
    }
    // What was written between the last look and the end of the run.
    if (wasGrowing.current && !isGrowing) void look()
    wasGrowing.current = isGrowing
    const timer = isGrowing ? setInterval(look, LOOK_EVERY_MS) : undefined
    return () => {
      clearInterval(timer)
      over.abort()
    }
  }, [runId, isGrowing])
  return {
    ...shown,
    async ask(search) {
      const found = await loadLog(runId, search, AbortSignal.timeout(ANSWER_MS))
      setShown((known) => (typeof found === 'string' ? { ...known, problem: found } : { search, part: found, problem: null }))
    },
    async showEarlier() {
      const { search, part } = shown
      const found = await loadLog(runId, { ...search, before: part.lines[0]?.id ?? null }, AbortSignal.timeout(ANSWER_MS))
      if (typeof found === 'string') return setShown((known) => ({ ...known, problem: found }))
      setShown((known) =>
        known.search === search ? { search, part: { ...found, lines: [...found.lines, ...known.part.lines] }, problem: null } : known,
      )
    },
  }
}

async function loadLog(runId: string, question: Partial<LogQuery>, signal: AbortSignal): Promise<LogPart | string> {
  try {
    return await getJson<LogPart>(`/api/v1/runs/${runId}/log${questionOf(question)}`, signal)
  } catch (error) {
    return error instanceof Error ? error.message : 'The log could not be read.'
  }
}
