import { type ExternalRun, isOver, type KnownRun } from '#lib/domain/runs/external-run.ts'

/** Those runs of a job that go on as far as we know, told again as they are known: what cannot be read now has not gone. */
export function asKnown(known: readonly KnownRun[], job: string): ExternalRun[] {
  const untold = { scheduledAt: null, error: null, rows: null, url: null }
  return known.filter((run) => run.job === job && !isOver(run.state)).map((run) => ({ ...run, ...untold }))
}
