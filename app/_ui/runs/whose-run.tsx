/** A job of another system by its name, and marked with whose it is. */
export function WhoseJob({ system, job }: { system: string; job: string }) {
  return (
    <>
      <bdi>{job}</bdi> <SystemTag system={system} />
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
