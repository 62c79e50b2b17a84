import type { RunRow } from '#lib/queries/run-rows.ts'
import { grouped } from '../_lib/grouped.ts'
import { Time } from './time.tsx'

/** How far a running run is, and when it expects to end. */
export function RunProgress({ run }: { run: RunRow }) {
  const { progressDone: done, progressTotal: total } = run
  return (
    <span className="run-progress">
      {total !== null && total > 0 && <progress value={Math.min(done ?? 0, total)} max={total} aria-label="Progress" />}
      {done !== null && <span>{total === null ? `${grouped(done)} done` : `${grouped(done)} of ${grouped(total)}`}</span>}
      {run.waitingFor !== null && <span>{run.waitingFor}</span>}
      {run.etaAt !== null && (
        <span className="muted">
          ends about <Time at={run.etaAt} />
        </span>
      )}
    </span>
  )
}
