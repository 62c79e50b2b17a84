import type { ReactNode } from 'react'
import { type ReaderKind, readerHere } from '#app/_lib/overview-key.ts'
import { zoneAbbreviation } from '#lib/domain/wording/dates.ts'
import type { Topic } from '#lib/queries/changes/topic.ts'
import type { Banner } from '#lib/queries/shared/banners.ts'
import { Banners } from './banners.tsx'
import { LiveState } from './live/live.tsx'
import {
  accountPath,
  adminPath,
  apiPath,
  cataloguePath,
  connectionsPath,
  flowsPath,
  incidentsPath,
  lineagePath,
  overviewPath,
  runsPath,
  signInPath,
} from './paths.ts'
import { Search } from './search.tsx'
import { Sprite } from './sprite.tsx'
import { Time } from './time.tsx'
import { ZoneProvider, ZoneSwitch } from './zone.tsx'

const PLACES = [
  ['status', 'Status', overviewPath],
  ['incidents', 'Incidents', incidentsPath()],
  ['catalogue', 'Catalogue', cataloguePath],
  ['lineage', 'Lineage', lineagePath()],
  ['runs', 'Runs', runsPath],
  ['flows', 'Flows', flowsPath],
  ['connections', 'Connections', connectionsPath],
] as const

type Place = (typeof PLACES)[number][0] | 'account' | 'admin' | 'api'

interface PageShellProps {
  page: { name: string; zone: string; readyBy: string }
  now: number
  banners?: readonly Banner[]
  search?: string
  /** What it shows beside what stands on every screen: it is rendered anew when something of that has changed; null is never. */
  shows: readonly Topic[] | null
  place?: Place
  /** Where one is: `[words, address]` from the top. */
  crumbs?: readonly (readonly [string, string])[]
  /** Who reads what is rendered once for many; else it is whoever asks. */
  reader?: ReaderKind
  children: ReactNode
}

/** What every screen has around it. */
export function PageShell({
  page,
  now,
  shows,
  banners = [],
  search = '',
  place = 'status',
  crumbs = [],
  reader,
  children,
}: PageShellProps) {
  return (
    <ZoneProvider zone={page.zone} now={now} readyBy={page.readyBy}>
      <Sprite />
      <a className="absolute -top-16 left-4 z-20 bg-ink px-4 py-2 text-paper focus:top-2 print:hidden" href="#content">
        Skip to the content
      </a>
      <header className="masthead">
        <div className="wrap">
          <a
            className="flex min-w-24 flex-1 items-center gap-2.5 font-semibold tracking-[-0.01em] no-underline max-sm:-order-2"
            href={overviewPath}
          >
            <Mark />
            <span className="truncate" dir="auto" title={page.name}>
              {page.name}
            </span>
          </a>
          <Navigation place={place} isDeeper={crumbs.length > 0} />
          <Search initial={search} />
          <ZoneSwitch />
          <OwnPlaces reader={reader ?? readerHere()} place={place} />
        </div>
      </header>
      <Banners banners={banners} />
      <main id="content" className="wrap" data-now={now} data-shows={shows === null ? undefined : JSON.stringify(shows)} tabIndex={-1}>
        {crumbs.length > 0 && <Crumbs crumbs={crumbs} />}
        {children}
      </main>
      <Footer zone={page.zone} now={now} isLive={shows !== null} place={place} />
    </ZoneProvider>
  )
}

/** They unfold from one entry where there is no room for all. */
const FOLDED: readonly string[] = ['lineage', 'runs', 'flows', 'connections']

/** The way between the parts of the page; `isDeeper`: on a screen below the part's first one. */
function Navigation({ place, isDeeper }: { place: Place; isDeeper: boolean }) {
  const link = ([key, words, href]: (typeof PLACES)[number]) => (
    <a href={href} aria-current={key !== place ? undefined : isDeeper ? 'true' : 'page'}>
      {words}
    </a>
  )
  const folded = PLACES.filter(([key]) => FOLDED.includes(key))
  const isFolded = folded.some(([key]) => key === place)
  return (
    <nav className="places" aria-label="Parts of the page">
      <ul>
        {PLACES.map((each) => (
          <li key={each[0]} className={FOLDED.includes(each[0]) ? 'max-md:hidden' : undefined}>
            {link(each)}
          </li>
        ))}
        <li className="md:hidden">
          <details className="more">
            <summary aria-current={isFolded ? 'true' : undefined}>More</summary>
            <ul>
              {folded.map((each) => (
                <li key={each[0]}>{link(each)}</li>
              ))}
            </ul>
          </details>
        </li>
      </ul>
    </nav>
  )
}

const SIGN_IN = ['account', 'Sign in', signInPath] as const
const ACCOUNT = ['account', 'Account', accountPath] as const
const ADMIN = ['admin', 'Admin', adminPath] as const
const OWN_PLACES = { public: [SIGN_IN], member: [ACCOUNT], admin: [ADMIN, ACCOUNT] }

/** The way to what is one's own: to sign in, or to the account; for who has a part of it also to the administration. */
function OwnPlaces({ reader, place }: { reader: ReaderKind | null; place: Place }) {
  if (reader === null) return null
  return (
    <nav className="places own" aria-label="You">
      <ul>
        {OWN_PLACES[reader].map(([key, words, href]) => (
          <li key={key}>
            <a href={href} aria-current={key === place ? 'page' : undefined}>
              {words}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** The mark of Tidemark: a gauge in the tide. */
export function Mark() {
  return (
    <svg className="size-[22px] flex-none text-accent" viewBox="0 0 22 22" aria-hidden="true">
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
      <ol className="flex flex-wrap gap-x-2 gap-y-1 pt-6 text-[14px] text-muted">
        {crumbs.map(([words, href]) => (
          <li key={href} className="not-first:before:me-2 not-first:before:text-faint not-first:before:content-['/']">
            <a href={href} dir="auto">
              {words}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function Footer({ zone, now, isLive, place }: { zone: string; now: number; isLive: boolean; place: Place }) {
  const abbreviation = zoneAbbreviation(now, zone)
  return (
    <footer className="mt-24 border-t border-line text-[14px] text-muted max-sm:mt-4">
      <div className="wrap flex flex-wrap gap-x-6 gap-y-2 pt-6 pb-10">
        <span className="me-auto print:hidden">
          {isLive && <LiveState />} As of <Time at={now} form="long" />. Days are those of {zone}
          {abbreviation === zone ? '' : ` (${abbreviation})`}.
        </span>
        <a href="/feed.atom">Atom feed</a>
        <a href="/api/v1/status">JSON</a>
        <a href={apiPath} aria-current={place === 'api' ? 'page' : undefined}>
          API
        </a>
        <a href="/api/health">Health</a>
      </div>
    </footer>
  )
}
