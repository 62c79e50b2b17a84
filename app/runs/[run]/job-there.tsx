import { JobLink } from '#app/_ui/reload/job-link.tsx'
import { InItsSystem } from '#app/_ui/runs/whose-run.tsx'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { cancelInWords } from '#lib/domain/runs/job-of-run.ts'
import type { JobOfRunView } from '#lib/queries/runs/job-of-run.ts'

/** The job of another system that does the work of a run: which run that is there, and whether it has been cancelled. */
export function JobThere({ job }: { job: JobOfRunView }) {
  const system = systemOf(job)
  const cancelled = cancelInWords({ ...job, system })
  return (
    <>
      <p className="mt-2">
        <JobLink job={job.key} name={job.name} /> does its work
        {job.externalId !== null && (
          <span className="muted">
            {' '}
            in its run <bdi className="break-all">{job.externalId}</bdi>
          </span>
        )}
        {job.url !== null && (
          <>
            {'. '}
            <InItsSystem url={job.url} system={system} />
          </>
        )}
      </p>
      {cancelled !== null && <p className="mt-2">{cancelled}</p>}
    </>
  )
}

/** The connection that a job is of. */
export function systemOf({ key }: Pick<JobOfRunView, 'key'>): string {
  return partsOfJob(key)?.connection ?? key
}
