import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { TROUBLE_HEADER } from '#app/_door/render-unavailable.ts'
import type { DatabaseTrouble } from '#app/_lib/database-pulse.ts'
import { isOwnCall } from '#app/_lib/own-call.ts'
import { webProcess } from '#app/_lib/web-process.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { overviewPath } from '#app/_ui/paths.ts'
import { Age, Time } from '#app/_ui/time.tsx'
import { lastKnownPage } from '#app/overview/last-known.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { NothingHere } from '../not-found.tsx'
import { TryAgain } from './try-again.tsx'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await readTold()) === 'missing' ? 'Not found' : 'Not available' }
}

export const dynamic = 'force-dynamic'

/** What the door says is wrong. */
async function readTold(): Promise<DatabaseTrouble | null | 'missing'> {
  return JSON.parse(decodeURIComponent((await headers()).get(TROUBLE_HEADER) ?? 'null'))
}

/** What stands in for every page that cannot be shown, or is not there; reads no database while that is in trouble. Only the door asks for it. */
export default async function UnavailablePage() {
  if (!isOwnCall(await headers())) notFound()
  const told = await readTold()
  const now = webProcess().context.clock.now()
  const known = lastKnownPage()
  if (told !== 'missing') return <Unavailable trouble={told} page={known ?? NO_PAGE} now={now} />
  return (
    <PageShell page={known ?? (await getPageSettings(webProcess().context)) ?? NO_PAGE} now={now} shows={null}>
      <NothingHere />
    </PageShell>
  )
}

/** As long as there is no catalogue, or none was read yet. */
const NO_PAGE = { name: 'Tidemark', zone: 'UTC', readyBy: '08:00' }

interface UnavailableProps {
  /** What is wrong with the database; null when the fault lies elsewhere. */
  trouble: DatabaseTrouble | null
  page: { name: string; zone: string; readyBy: string }
  now: number
}

/** In place of a page that cannot be shown: what is wrong, since when, and where something is still to be seen. */
function Unavailable({ trouble, page, now }: UnavailableProps) {
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
