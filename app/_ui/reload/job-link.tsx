import { jobPath } from '#app/_ui/paths.ts'
import { SystemTag } from '#app/_ui/runs/whose-run.tsx'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'

/** A job of another system by its name, `<connection>/<job>`, which leads to its runs; marked with whose it is. It may be called by a mere number. */
export function JobLink({ job: key }: { job: string }) {
  const { connection, job } = partsOfJob(key) ?? { connection: key, job: key }
  return (
    <>
      Job{' '}
      <a href={jobPath(key)}>
        <bdi>{job}</bdi>
      </a>{' '}
      <SystemTag system={connection} />
    </>
  )
}
