import { JobLink } from '#app/_ui/reload/job-link.tsx'
import { InItsSystem } from '#app/_ui/runs/whose-run.tsx'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { cancelInWords, waitsInWords } from '#lib/domain/runs/job-of-run.ts'
import type { JobOfRunView } from '#lib/queries/runs/job-of-run.ts'

/** The job of another system that does the work of a run: which run that is there, whether it waits to be begun or has been cancelled. */
export function JobThere({ job }: { job: JobOfRunView }) {
  const system = systemOf(job)
  const signs = { ...job, system }
  const words = waitsInWords(signs) ?? cancelInWords(signs)
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
      {words !== null && <p className="mt-2">{words}</p>}
    </>
  )
}

/** The connection that a job is of. */
export function systemOf({ key }: Pick<JobOfRunView, 'key'>): string {
  return partsOfJob(key)?.connection ?? key
}
