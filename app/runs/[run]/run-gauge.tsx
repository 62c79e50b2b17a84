'use client'
import { useEffect, useState } from 'react'
import { runPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import { livenessInWords, livenessOf } from '#lib/domain/runs/liveness.ts'
import { isEnded } from '#lib/domain/runs/run.ts'
import { type ProgressMark, throughputInWords, throughputOf, withMark } from '#lib/domain/runs/throughput.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { RunView } from '#lib/queries/runs/run-view.ts'

const TICK_MS = 1000
/** Without an answer for so long, the page does not know how the run is. */
const SILENT_AFTER_MS = 10_000

/** How far a run is that has not ended, how fast it goes, when it expects to end, and whether it is alive. `readAt`: by this browser's clock. */
export function RunGauge({ run, readAt }: { run: RunView; readAt: number }) {
  const throughput = useThroughput(run)
  const sinceReadMs = useSinceRead(readAt)
  if (isEnded(run.state)) return null
  const { progressDone: done, progressTotal: total } = run
  const share = done === null || total === null || total === 0 ? null : Math.min(1, done / total)
  return (
    <div className="mt-6">
      {share !== null && <progress className="mb-4 block h-4 w-full" value={share} max={1} aria-label="Progress" />}
      <dl className="figures grid grid-cols-[repeat(auto-fit,minmax(200px,1fr))] gap-x-6 gap-y-4 max-md:grid-cols-1 max-md:gap-2">
        {done !== null && (
          <Fact label="Done">
            <strong className="font-semibold">{formatCount(done)}</strong>
            {total !== null && ` of ${formatCount(total)}`}
            {share !== null && ` (${Math.floor(100 * share)} %)`}
          </Fact>
        )}
        {throughput !== null && <Fact label="Pace">{throughput}</Fact>}
        {run.etaAt !== null && (
          <Fact label="Expected end">
            <Eta at={run.etaAt} now={run.now + sinceReadMs} />
          </Fact>
        )}
        {run.waitingFor !== null && (
          <Fact label="Waiting">
            {run.waitingFor}
            {run.waitsForRun !== null && (
              <>
                {' '}
                <a href={runPath(run.waitsForRun)}>The run that goes on</a>
              </>
            )}
          </Fact>
        )}
        <Heartbeat run={run} sinceReadMs={sinceReadMs} />
      </dl>
    </div>
  )
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="max-md:grid max-md:grid-cols-[104px_minmax(0,1fr)] max-md:items-baseline max-md:gap-x-2">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Eta({ at, now }: { at: number; now: number }) {
  if (at <= now) return 'it takes longer than it seemed'
  return (
    <>
      <Time at={at} form="clock" /> (in {formatDuration(at - now)})
    </>
  )
}

function Heartbeat({ run, sinceReadMs }: { run: RunView; sinceReadMs: number }) {
  if (sinceReadMs > SILENT_AFTER_MS)
    return <Fact label="Heartbeat">This page has not heard from the server for {formatDuration(sinceReadMs)}.</Fact>
  const now = run.now + sinceReadMs
  const words = livenessInWords(run, now)
  if (words === null) return null
  return (
    <Fact label="Heartbeat">
      <span className={livenessOf(run, now)?.isSilent ? 'text-late-text' : undefined}>{words}</span>
    </Fact>
  )
}

function useThroughput(run: RunView): string | null {
  const [marks, setMarks] = useState<ProgressMark[]>(() => marksOf(run, []))
  useEffect(() => setMarks((known) => marksOf(run, known)), [run])
  return run.state === 'running' ? throughputInWords(throughputOf(marks, run.startedAt)) : null
}

function marksOf(run: RunView, known: readonly ProgressMark[]): ProgressMark[] {
  return run.progressDone === null ? [...known] : withMark(known, { at: run.now, done: run.progressDone })
}

/** Milliseconds since the run was read, ticking; 0 until the page is alive. */
function useSinceRead(readAt: number): number {
  const [now, setNow] = useState(0)
  useEffect(() => {
    const tick = () => setNow(systemClock.now())
    tick()
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return now === 0 ? 0 : Math.max(0, now - readAt)
}
