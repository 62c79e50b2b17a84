import { Command } from '#app/_ui/actions/command.tsx'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { Banner } from '#lib/queries/shared/banners.ts'
import { Listed } from './listed.tsx'
import { connectionPath, incidentPath } from './paths.ts'
import { StatusIcon } from './status-mark.tsx'
import { Age, Time } from './time.tsx'

type Down = Extract<Banner, { kind: 'connection' }>

/** What must be known before the rest is believed. Several systems that are down are told together. */
export function Banners({ banners: all }: { banners: readonly Banner[] }) {
  if (all.length === 0) return null
  const down = all.filter((banner) => banner.kind === 'connection')
  const banners = down.length > 1 ? all.filter((banner) => banner.kind !== 'connection' || banner === down[0]) : all
  return (
    <aside className="border-b border-line bg-sheet [&_li]:mt-1 [&_strong]:font-semibold" aria-label="About this page">
      <div className="wrap">
        {banners.map((banner) => (
          <div
            className="flex gap-3 py-3 text-[15px] not-first:border-t not-first:border-line [&>svg]:mt-[3px]"
            key={banner.kind === 'connection' ? banner.connection : banner.kind}
          >
            {banner.kind !== 'demo' && <StatusIcon status="unknown" />}
            {banner.kind === 'connection' && down.length > 1 ? <Several down={down} /> : <Words banner={banner} />}
          </div>
        ))}
      </div>
    </aside>
  )
}

function Words({ banner }: { banner: Banner }) {
  switch (banner.kind) {
    case 'demo':
      return (
        <p>
          <strong>This is a demo.</strong> What you see is pretended, with ninety days of past; nothing here is real data.
        </p>
      )
    case 'database':
      return (
        <p>
          <strong>{banner.problem}</strong> Since <Time at={banner.since} form="long" />
          <Age at={banner.since} brackets past />. What follows was true when it was last read; this page tries again by itself.
        </p>
      )
    case 'worker':
      return banner.since === null ? <Starting /> : <Stopped since={banner.since} what="The worker stopped" />
    case 'probes':
      return <Stopped since={banner.since} what="Nobody has looked at the sources" />
    case 'connection':
      return (
        <p>
          <strong>
            <a href={connectionPath(banner.connection)}>
              <bdi>{banner.name}</bdi>
            </a>{' '}
            cannot be looked at
          </strong>{' '}
          since <Time at={banner.since} form="long" />
          <Age at={banner.since} brackets />. {banner.problem ?? ''} What lives there cannot be seen until a look gets in again.
          {banner.incident !== null && (
            <>
              {' '}
              <a href={incidentPath(banner.incident)}>What it holds back</a>
            </>
          )}
        </p>
      )
    case 'catalogue-check':
      return (
        <p>
          <strong>A changed catalogue is being checked</strong> since <Time at={banner.since} form="long" />. Until then the last one
          counts.
        </p>
      )
    case 'catalogue':
      return <Problems problems={banner.problems} more={banner.more} inUseSince={banner.inUseSince} />
  }
}

function Several({ down }: { down: readonly Down[] }) {
  const items = down.map(({ connection, name, since, incident }) => ({
    key: connection,
    shown: (
      <>
        <a href={connectionPath(connection)}>
          <bdi>{name}</bdi>
        </a>{' '}
        since <Time at={since} form="near" />
        {incident !== null && (
          <>
            {' '}
            (<a href={incidentPath(incident)}>what it holds back</a>)
          </>
        )}
      </>
    ),
  }))
  return (
    <div>
      <strong>{down.length} systems cannot be looked at:</strong> <Listed items={items} />. What lives there cannot be seen until a look
      gets in again.
    </div>
  )
}

function Starting() {
  return (
    <p>
      <strong>No worker has started yet.</strong> A first start takes a minute or two; until then nothing is looked at.
    </p>
  )
}

function Stopped({ since, what }: { since: number | null; what: string }) {
  return (
    <p>
      {since === null ? (
        <strong>No source has been looked at yet.</strong>
      ) : (
        <>
          <strong>
            {what} {what.startsWith('Nobody') ? 'since ' : ''}
            <Time at={since} form="long" />
          </strong>
          <Age at={since} brackets />.
        </>
      )}{' '}
      Nothing is being checked: what follows was true then and may be out of date.
    </p>
  )
}

function Problems({ problems, more, inUseSince }: { problems: readonly CatalogueProblem[]; more: number; inUseSince: number | null }) {
  return (
    <div>
      <p>
        <strong>The catalogue file has {problems.length + more === 1 ? 'a problem' : `${problems.length + more} problems`}.</strong>{' '}
        {inUseSince === null ? (
          'There is no earlier one to fall back to.'
        ) : (
          <>
            The last good one, from <Time at={inUseSince} form="long" />, stays in use.
          </>
        )}
      </p>
      <ul className="mt-2 text-[14px] text-muted">
        {problems.map((problem) => (
          <li key={`${problem.file}:${problem.line}:${problem.path}:${problem.problem}`}>
            <code>
              {problem.file}:{problem.line}
            </code>{' '}
            {problem.path === '' ? '' : `${problem.path}: `}
            {problem.problem} {problem.remedy}
          </li>
        ))}
        {more > 0 && (
          <li>
            and {more} more; <Command>npm run tidemark -- check</Command> lists them all.
          </li>
        )}
      </ul>
    </div>
  )
}
