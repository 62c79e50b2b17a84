import { Time } from '#app/_ui/time.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { RunRow } from '#lib/queries/runs/run-rows.ts'

/** How far a running run is, and when it expects to end. */
export function RunProgress({ run }: { run: Pick<RunRow, 'progressDone' | 'progressTotal' | 'waitingFor' | 'etaAt'> }) {
  const { progressDone: done, progressTotal: total } = run
  return (
    <span className="run-progress mt-1 flex flex-wrap items-center gap-x-4 gap-y-1">
      {total !== null && total > 0 && <progress value={Math.min(done ?? 0, total)} max={total} aria-label="Progress" />}
      {done !== null && <span>{total === null ? `${formatCount(done)} done` : `${formatCount(done)} of ${formatCount(total)}`}</span>}
      {run.waitingFor !== null && <span>{run.waitingFor}</span>}
      {run.etaAt !== null && (
        <span className="muted">
          ends about <Time at={run.etaAt} />
        </span>
      )}
    </span>
  )
}
