import { jobPath } from '#app/_ui/paths.ts'
import { SystemTag } from '#app/_ui/runs/whose-run.tsx'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { jobInWords } from '#lib/domain/runs/job-name.ts'

/** A job of another system, `<connection>/<job>`, as it is called there, which leads to its runs; marked with whose it is. It may be called by a mere number. */
export function JobLink({ job: key, name }: { job: string; name: string | null }) {
  const { connection, job } = partsOfJob(key) ?? { connection: key, job: key }
  return (
    <>
      {name === null && 'Job '}
      <a href={jobPath(key)}>
        <bdi>{jobInWords(job, name)}</bdi>
      </a>{' '}
      <SystemTag system={connection} />
    </>
  )
}
