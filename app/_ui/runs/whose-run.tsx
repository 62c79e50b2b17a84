import { jobInWords } from '#lib/domain/runs/job-name.ts'

/** A job of another system as it is called there, and marked with whose it is. */
export function WhoseJob({ system, job, name }: { system: string; job: string; name: string | null }) {
  return (
    <>
      <bdi>{jobInWords(job, name)}</bdi> <SystemTag system={system} />
    </>
  )
}

/** Says that this ran in another system, not here. */
export function SystemTag({ system }: { system: string }) {
  return (
    <span className="tag">
      in <bdi>{system}</bdi>
    </span>
  )
}

/** Leads to the run's page in its own system. */
export function InItsSystem({ url, system }: { url: string; system: string }) {
  return (
    <a href={url} rel="noreferrer">
      Open it in <bdi>{system}</bdi>
    </a>
  )
}
