import { jobNameOfKeySql } from '#lib/db/runs/job-names.ts'
import type { CancelSigns } from '#lib/domain/runs/job-of-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** The job of another system that a run is, and how far that has come there. */
export interface JobOfRunView extends Omit<CancelSigns, 'system'> {
  /** `<connection>/<job>` */
  key: string
  /** What its system calls it, where that is another word. */
  name: string | null
  /** Its run there; null: none is known. */
  externalId: string | null
  /** The page of that. */
  url: string | null
  /** How that is, as its system told it last; null: not told. */
  stateThere: RunState | null
  /** Its system can be told to cancel it. */
  isCancellable: boolean
}

const KEY = `coalesce(j.connection_key || '/' || j.job, f.settings ->> 'runs')`

/** SQL: that of a run `r`, as JSON; null: it works here. */
export const JOB_OF_RUN = `(
  select jsonb_build_object('key', ${KEY}, 'name', ${jobNameOfKeySql(KEY)}, 'externalId', j.external_id, 'url', j.url,
    'stateThere', (select x.state from external_run x where x.connection_key = j.connection_key and x.external_id = j.external_id),
    'isCancellable', coalesce(f.settings ->> 'cancelsThere', '') = 'true', 'cancelSince', ${instant('j.cancel_since')}, 'cancelDueAt', ${instant('j.cancel_due_at')},
    'cancelledAt', ${instant('j.cancelled_at')}, 'cancelProblem', j.cancel_problem)
  from flow f left join job_of_run j on j.run_id = r.id where f.name = r.flow and ${KEY} is not null)`
