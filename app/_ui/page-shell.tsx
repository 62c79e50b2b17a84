import type { ReactNode } from 'react'
import { zoneAbbreviation } from '#lib/domain/wording/dates.ts'
import type { Topic } from '#lib/queries/changes/topic.ts'
import type { Banner } from '#lib/queries/shared/banners.ts'
import { Banners } from './banners.tsx'
import { LiveState } from './live/live.tsx'
import { Navigation, type Place } from './navigation.tsx'
import { overviewPath } from './paths.ts'
import { Search } from './search.tsx'
import { Sprite } from './sprite.tsx'
import { Time } from './time.tsx'
import { ZoneProvider, ZoneSwitch } from './zone.tsx'

interface PageShellProps {
  page: { name: string; zone: string; readyBy: string }
  now: number
  banners?: readonly Banner[]
  search?: string
  /** What it shows beside what stands on every screen: it is rendered anew when something of that has changed; null is never. */
  shows: readonly Topic[] | null
  /** The part of the page one is in. */
  place?: Place
  /** Where one is: `[words, address]` from the top. */
  crumbs?: readonly (readonly [string, string])[]
  children: ReactNode
}

/** What every screen has around it. */
export function PageShell({ page, now, shows, banners = [], search = '', place = 'status', crumbs = [], children }: PageShellProps) {
  return (
    <ZoneProvider zone={page.zone} now={now} readyBy={page.readyBy}>
      <Sprite />
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="masthead">
        <div className="wrap">
          <a className="brand" href={overviewPath}>
            <Mark />
            <span dir="auto" title={page.name}>
              {page.name}
            </span>
          </a>
          <Navigation place={place} isDeeper={crumbs.length > 0} />
          <Search initial={search} />
          <ZoneSwitch />
        </div>
      </header>
      <Banners banners={banners} />
      <main id="content" className="wrap" data-now={now} data-shows={shows === null ? undefined : JSON.stringify(shows)} tabIndex={-1}>
        {crumbs.length > 0 && <Crumbs crumbs={crumbs} />}
        {children}
      </main>
      <Footer zone={page.zone} now={now} />
    </ZoneProvider>
  )
}

function Mark() {
  return (
    <svg viewBox="0 0 22 22" aria-hidden="true">
      <path d="M4 2v18" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <path d="M4 5h4M4 17h4" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M4 11.5c2.6-2.6 4.4-2.6 6.4-.6s3.800 2 6.100-.6c1.2-1.200 2.3-1.600 3.500-1.400"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  )
}

function Crumbs({ crumbs }: { crumbs: readonly (readonly [string, string])[] }) {
  return (
    <nav aria-label="Where you are">
      <ol className="crumbs">
        {crumbs.map(([words, href]) => (
          <li key={href}>
            <a href={href} dir="auto">
              {words}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function Footer({ zone, now }: { zone: string; now: number }) {
  return (
    <footer className="footer">
      <div className="wrap">
        <span className="live">
          <LiveState /> As of <Time at={now} form="long" />. Days are those of {zone} ({zoneAbbreviation(now, zone)}).
        </span>
        <a href="/feed.atom">Atom feed</a>
        <a href="/api/v1/status">JSON</a>
        <a href="/api/health">Health</a>
      </div>
    </footer>
  )
}
