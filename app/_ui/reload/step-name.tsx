import { flowPath } from '#app/_ui/paths.ts'
import { UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import { JobLink } from './job-link.tsx'

/** What a step of a reload runs; a system that the reader may not see has no name. */
export function StepName({ flow, job, jobName }: { flow: string | null; job: string | null; jobName: string | null }) {
  if (job !== null) return <JobLink job={job} name={jobName} />
  if (flow === null) return UNSEEN_FIRST
  return (
    <a href={flowPath(flow)}>
      <bdi>{flow}</bdi>
    </a>
  )
}
