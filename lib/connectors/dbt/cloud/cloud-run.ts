import type { Manifest } from '#lib/connectors/dbt/artifacts/manifest.ts'
import type { RunResults } from '#lib/connectors/dbt/artifacts/run-results.ts'
import { failuresInWords, nodesOfRun } from '#lib/connectors/dbt/invocation-run.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { type CloudRun, ERROR } from './api.ts'

const STATES: Readonly<Record<number, RunState>> = {
  1: 'scheduled',
  2: 'running',
  3: 'running',
  10: 'completed',
  20: 'failed',
  30: 'cancelled',
}

/** A run of dbt Cloud in our words, with what its results say where they are known, of nodes as far as a manifest does; null: it is of no job, or in a state nobody knows. */
export function cloudRun(run: CloudRun, manifest: Manifest | null, results: readonly RunResults[] | null): ExternalRun | null {
  const state = STATES[run.status]
  if (state === undefined || run.job_definition_id == null) return null
  const hasFailed = run.status === ERROR
  const nodes = results?.filter((one) => one.isLoad && isOwn(run, one)).flatMap((one) => one.results) ?? null
  const words = hasFailed && nodes !== null ? failuresInWords(nodes) : null
  return {
    job: String(run.job_definition_id),
    jobName: run.job?.name ?? null,
    externalId: String(run.id),
    state,
    scheduledAt: null,
    startedAt: run.started_at,
    endedAt: run.finished_at,
    error: hasFailed ? (words ?? run.status_message ?? 'dbt Cloud does not say why.') : null,
    rows: null,
    url: run.href ?? null,
    ...(nodes !== null && (manifest === null ? { writes: [] } : nodesOfRun(manifest, nodes, hasFailed))),
  }
}

/** A run that breaks off before dbt writes anything shows what lay in the target folder before it: results that somebody keeps with the project. */
function isOwn({ started_at: startedAt, status }: CloudRun, { generatedAt }: RunResults): boolean {
  return status !== ERROR || startedAt === null || generatedAt >= startedAt - MINUTE_MS
}
