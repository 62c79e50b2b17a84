import { Listed } from '#app/_ui/listed.tsx'
import { assetPath } from '#app/_ui/paths.ts'
import { InItsSystem } from '#app/_ui/runs/whose-run.tsx'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import type { ReloadView } from '#lib/queries/runs/reload-order.ts'
import { JobLink } from './job-link.tsx'
import { Owner } from './owner.tsx'

/** The jobs that somebody has to start in their own system: what they write, whom to ask, and the way there. */
export function StartedElsewhere({ jobs }: { jobs: ReloadView['elsewhere'] }) {
  return (
    <ul className="reload-steps">
      {jobs.map(({ job, jobName, writes, owner, url }) => (
        <li key={job}>
          <JobLink job={job} name={jobName} />
          {' writes '}
          <Listed items={writes.slice(0, SHOWN).map(({ key, name }) => ({ key, shown: <a href={assetPath(key)}>{name}</a> }))} />
          {writes.length > SHOWN && ` and ${writes.length - SHOWN} more`}
          {'. '}
          {owner !== null && (
            <>
              Ask <Owner owner={owner} about={jobOfSystemInWords(job, jobName)} />.{' '}
            </>
          )}
          {url !== null && <InItsSystem url={url} system={partsOfJob(job)?.connection ?? job} />}
        </li>
      ))}
    </ul>
  )
}

const SHOWN = 3
