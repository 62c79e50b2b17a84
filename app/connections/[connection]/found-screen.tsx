import { PageShell } from '#app/_ui/page-shell.tsx'
import { Pager } from '#app/_ui/pager.tsx'
import { assetPath, connectionsPath, foundPath } from '#app/_ui/paths.ts'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Section } from '#app/_ui/section.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { FoundFilter, FoundLine, FoundPage, FoundState } from '#lib/queries/pages/found-page.ts'

const STATES: Record<FoundState, string> = { open: 'Not in the catalogue', taken: 'In the catalogue', gone: 'Gone' }

/** What is there behind a connection, what of it is in the catalogue, and the rule that would take over the rest. */
export function FoundScreen({ found, filter }: { found: FoundPage; filter: FoundFilter }) {
  const { page, now, banners, counts, lines, rule } = found
  return (
    <PageShell page={page} now={now} shows={null} banners={banners} place="connections" crumbs={[['Connections', connectionsPath]]}>
      <header className="hero">
        <h1>
          {formatCount(counts.found)} found in <bdi>{counts.connection}</bdi>
        </h1>
        <p className="lead">
          {formatCount(counts.adopted)} taken over by rules, {formatCount(counts.written)} written by hand, {formatCount(counts.gone)} gone.{' '}
          {counts.wholeAt === null ? (
            'Nobody has seen all of it yet.'
          ) : (
            <>
              Last seen whole <Time at={counts.wholeAt} />
              <Age at={counts.wholeAt} brackets past />
              {counts.nextAt !== null && (
                <>
                  , next <Time at={counts.nextAt} />
                </>
              )}
              .
            </>
          )}
        </p>
        {counts.problem !== null && <p className="mt-2 text-stale-text">The last look did not see everything. {counts.problem}</p>}
      </header>
      <Choice found={found} filter={filter} />
      {lines.items.length === 0 ? <p className="muted">Nothing is like that.</p> : <Lines lines={lines.items} />}
      <Pager of={lines} what="what was found" order="by path" hrefOf={(page) => foundPath(counts.connection, { ...filter, page })} />
      {rule !== null && (
        <Section title="A rule that takes it over" note="for the catalogue; “tidemark check” says what it would take">
          <ScrollArea className="source" label="A rule to copy">
            <pre>{rule}</pre>
          </ScrollArea>
        </Section>
      )}
    </PageShell>
  )
}

function Choice({ found: { counts, lines }, filter }: { found: FoundPage; filter: FoundFilter }) {
  const path = foundPath(counts.connection)
  const isAll = filter.q === null && filter.state === null
  return (
    <search>
      <form className="mb-4 flex flex-wrap items-center gap-2 print:hidden" action={path}>
        <input
          type="search"
          className="max-w-[400px] flex-[1_1_240px]"
          name="q"
          defaultValue={filter.q ?? ''}
          placeholder="Name, path, column, owner"
          aria-label="Find a name, path, column or owner"
        />
        <select name="state" defaultValue={filter.state ?? ''} aria-label="Which of it">
          <option value="">All of it</option>
          {Object.entries(STATES).map(([state, words]) => (
            <option key={state} value={state}>
              {words}
            </option>
          ))}
        </select>
        <button type="submit" className="button">
          Show
        </button>
        {!isAll && <a href={path}>Show all</a>}
        <span className="muted ms-auto">
          {formatCount(lines.total)} {isAll ? 'in all' : 'like that'}
        </span>
      </form>
    </search>
  )
}

function Lines({ lines }: { lines: readonly FoundLine[] }) {
  const isLabelled = lines.some((line) => labelsOf(line).length > 0)
  return (
    <table className="table stacked">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col" className="w-24">
            Kind
          </th>
          {isLabelled && (
            <th scope="col" className="w-72">
              Labels
            </th>
          )}
          <th scope="col" className="w-32">
            Found
          </th>
          <th scope="col" className="w-36">
            In the catalogue
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.path}>
            <th scope="row">
              <bdi className="font-semibold">
                {line.url === null ? (
                  line.name
                ) : (
                  <a href={line.url} rel="noreferrer">
                    {line.name}
                  </a>
                )}
              </bdi>
              <br />
              <code dir="auto" className="muted">
                {line.path}
              </code>
              {line.description !== null && (
                <p className="muted small line-clamp-2 font-normal print:line-clamp-none" dir="auto">
                  {line.description}
                </p>
              )}
            </th>
            <td data-label="Kind">{line.kind}</td>
            {isLabelled && (
              <td data-label="Labels" className={labelsOf(line).length === 0 ? 'absent' : undefined}>
                <Labels line={line} />
              </td>
            )}
            <td data-label="Found">
              <Time at={line.foundAt} />
            </td>
            <td data-label="In the catalogue">
              <Taken line={line} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Its owner stands among them. */
const labelsOf = ({ labels, owner }: FoundLine) => [...(owner === null ? [] : [['owner', owner] as const]), ...Object.entries(labels)]

function Labels({ line }: { line: FoundLine }) {
  const all = labelsOf(line)
  if (all.length === 0) return <span className="muted">none</span>
  return all.map(([name, value]) => (
    <div key={name}>
      <span className="muted">{name}</span> <bdi>{value}</bdi>
    </div>
  ))
}

function Taken({ line: { assetKey, isAdopted, goneAt } }: { line: FoundLine }) {
  const gone =
    goneAt === null ? null : (
      <div className="muted">
        gone since <Time at={goneAt} />
      </div>
    )
  if (assetKey === null) return gone ?? <span className="muted">not yet</span>
  return (
    <>
      <a href={assetPath(assetKey)}>{isAdopted ? 'by a rule' : 'written'}</a>
      {gone}
    </>
  )
}
