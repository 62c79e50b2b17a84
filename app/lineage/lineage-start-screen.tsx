import { PageShell } from '#app/_ui/page-shell.tsx'
import { groupPath, lineagePath, subjectPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { failingSince } from '#lib/domain/wording/held-words.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { LineageRoot, LineageStart } from '#lib/queries/pages/lineage-start.ts'

/** Where the lineage begins to be looked at: a search, and what everything that is broken now comes down to. */
export function LineageStartScreen({ found, q }: { found: LineageStart; q: string | null }) {
  const { page, now, banners, group } = found
  return (
    <PageShell
      page={page}
      now={now}
      shows={['group:*']}
      place="lineage"
      banners={banners}
      crumbs={group === null ? [] : [[group.name, groupPath(group.key)] as const, ['Lineage', lineagePath()] as const]}
    >
      <header className="hero">
        <h1>
          {group === null ? (
            'Lineage'
          ) : (
            <>
              Lineage of <bdi>{group.name}</bdi>
            </>
          )}
        </h1>
        <p className="lead">{headline(found)}</p>
      </header>
      <search>
        <form className="mb-4 flex flex-wrap items-center gap-2 print:hidden" action={lineagePath()}>
          <input
            type="search"
            className="max-w-[400px] flex-[1_1_240px]"
            name="q"
            defaultValue={q ?? ''}
            placeholder="Table, source or consumer"
            aria-label="Find a table, source or consumer"
          />
          <button type="submit" className="button">
            Show
          </button>
        </form>
      </search>
      {found.things !== null && <Things things={found.things} />}
      {found.roots.length > 0 && (
        <Section
          title="What it comes down to"
          note={found.total > found.roots.length ? `the worst ${found.roots.length} of ${formatCount(found.total)}` : undefined}
        >
          <ul className="border-b border-line">
            {found.roots.map((root) => (
              <Root key={`${root.kind} ${root.key} ${root.since}`} root={root} />
            ))}
          </ul>
        </Section>
      )}
    </PageShell>
  )
}

function headline({ unhealthy, roots, total }: LineageStart): string {
  if (unhealthy === 0)
    return 'Nothing is late, stale or unknown now. Search for something to see what it is made from and what is made of it.'
  const assets = unhealthy === 1 ? 'One asset is late, stale or unknown' : `${formatCount(unhealthy)} assets are late, stale or unknown`
  const isEachByItself = total === unhealthy && roots.every(({ kind, holds }) => kind === 'asset' && holds === 0)
  if (isEachByItself) return `${assets}${total === 1 ? '' : ', each by itself'}.`
  return `${assets}, and it comes down to ${total === 1 ? 'one thing' : `${formatCount(total)} things`}.`
}

function Root({ root }: { root: LineageRoot }) {
  const { kind, key, name, status, since, holds } = root
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 border-t border-line py-3">
      <span className="w-28 max-sm:w-auto">
        <StatusMark status={status} />
      </span>
      {kind === 'unseen' ? (
        name
      ) : (
        <a className="font-semibold" href={kind === 'asset' ? lineagePath({ focus: key }) : subjectPath({ kind, key })}>
          <bdi>{name}</bdi>
        </a>
      )}
      <span className="muted">
        <What root={root} /> <Time at={since} />
        <Age at={since} brackets />
      </span>
      {holds > 0 && <span className="ms-auto">{holdsInWords(root)}</span>}
    </li>
  )
}

/** What it is, as far as the reader sees it, and what is wrong with a system: to stand before since when. */
function What({ root: { kind, name, asset, isGone = false } }: { root: LineageRoot }) {
  if (kind !== 'asset' && kind !== 'unseen') return `${kind} that ${failingSince({ kind, isGone })}`
  if (asset === null) return 'since'
  return asset.feedName === name ? (
    `${asset.kind}, since`
  ) : (
    <>
      {asset.kind} of <bdi>{asset.feedName}</bdi>, since
    </>
  )
}

function holdsInWords({ kind, holds }: LineageRoot): string {
  if (kind === 'asset') return `holds ${holds === 1 ? 'one' : formatCount(holds)} more back`
  return `holds ${holds === 1 ? 'one asset' : `${formatCount(holds)} assets`} back`
}

function Things({ things: { total, shown } }: { things: NonNullable<LineageStart['things']> }) {
  if (total === 0) return <p className="muted mb-4">Nothing in the catalogue answers to these words.</p>
  return (
    <Section
      title="Found"
      note={total > shown.length ? `the first ${shown.length} of ${formatCount(total)}; another word narrows it down` : formatCount(total)}
    >
      <ul className="*:py-1">
        {shown.map(({ key, name, feed, status }) => (
          <li key={key}>
            <a className="font-semibold" href={lineagePath({ focus: key })}>
              <bdi>{name}</bdi>
            </a>{' '}
            <StatusMark status={status} />{' '}
            {feed !== null && feed.name !== name && (
              <span className="muted">
                of <bdi>{feed.name}</bdi>
              </span>
            )}{' '}
            <code className="muted">{key}</code>
          </li>
        ))}
      </ul>
    </Section>
  )
}
