import type { DatabaseTrouble } from '#app/_lib/database-pulse.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { overviewPath } from '#app/_ui/paths.ts'
import { Age, Time } from '#app/_ui/time.tsx'
import { TryAgain } from './try-again.tsx'

interface UnavailableProps {
  /** What is wrong with the database; null when the fault lies elsewhere. */
  trouble: DatabaseTrouble | null
  /** The page as last known. */
  page: { name: string; zone: string; readyBy: string }
  now: number
}

/** In place of a page that cannot be shown: what is wrong, since when, and where something is still to be seen. */
export function Unavailable({ trouble, page, now }: UnavailableProps) {
  return (
    <PageShell page={page} now={now} shows={[]}>
      <div className="hero">
        <h1>This page cannot be shown right now.</h1>
        {trouble === null ? (
          <p className="lead">Something unexpected went wrong here; the internal log has the details. That says nothing about your data.</p>
        ) : (
          <p className="lead">
            <strong>{trouble.problem}</strong> Since <Time at={trouble.since} form="long" />
            <Age at={trouble.since} brackets past />. Nothing shown here would be current. That says nothing about your data: no feed has
            changed its status because of it.
          </p>
        )}
        <p className="mt-4">
          <a href={overviewPath}>The overview</a> {trouble === null ? 'shows how all feeds are' : 'shows all feeds as last known'};{' '}
          <a href="/api/health">the health page</a> says what is wrong. This page tries again by itself.
        </p>
        <TryAgain />
      </div>
    </PageShell>
  )
}
