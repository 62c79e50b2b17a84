import { NoActions } from '#app/_ui/actions/no-actions.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { Pager } from '#app/_ui/pager.tsx'
import { filteredFlowsPath, flowsPath } from '#app/_ui/paths.ts'
import { FlowCard } from '#app/_ui/runs/flow-card.tsx'
import { flowsTitle, HEALTHS } from '#app/_ui/runs/flow-words.ts'
import { FLOW_HEALTHS } from '#lib/domain/runs/flow-health.ts'
import type { FlowFilter, FlowsPage } from '#lib/queries/pages/flows-page.ts'
import { pageOfFlows } from './page-of-flows.ts'

interface FlowsScreenProps {
  found: FlowsPage
  filter: FlowFilter
  problem: string | null
  pageNumber: number
}

/** All flows under the groups they write for, page by page where there are many. */
export function FlowsScreen({ found, filter, problem, pageNumber }: FlowsScreenProps) {
  const { page, now, banners } = found
  const cards = pageOfFlows(found.groups, pageNumber)
  const { q, group, health } = filter
  return (
    <PageShell page={page} now={now} shows={['flow:*']} banners={banners} place="flows">
      <header className="hero">
        <h1>{problem ?? (found.total > 0 && found.shown === 0 ? 'No flow is like that' : flowsTitle(found, filter))}</h1>
        {found.total === 0 && (
          <p className="lead">
            A flow loads data at its time. Name one under <code>flows:</code> in the catalogue, or write one without code:{' '}
            <code>extract</code>, and <code>load</code> or <code>deliver</code>.
          </p>
        )}
        {found.total > 0 && !found.takesActions && <NoActions />}
      </header>
      {found.total > 0 && <Choice found={found} filter={filter} />}
      <div className="cards">
        {cards.items.map(({ card, isFirst }) => (
          <FlowCard key={card.name} card={card} now={now} takesActions={found.takesActions} isFirst={isFirst} />
        ))}
      </div>
      <Pager
        of={cards}
        what="flows"
        order="worst first"
        hrefOf={(number) => filteredFlowsPath({ q, group, state: health, page: number })}
      />
    </PageShell>
  )
}

/** What to show: words, a group, a state. A plain form and plain links, so that the address says it all. */
function Choice({ found, filter }: { found: FlowsPage; filter: FlowFilter }) {
  const { q, group, health } = filter
  return (
    <div className="mb-6 flex flex-wrap items-center gap-x-6 gap-y-3 print:hidden">
      <form className="flex flex-[1_1_480px] flex-wrap items-center gap-2" action={flowsPath}>
        <input
          type="search"
          className="max-w-[400px] flex-[1_1_240px]"
          name="q"
          defaultValue={q ?? ''}
          placeholder="Find a flow, table or connection"
          aria-label="Find a flow, table or connection"
        />
        <select name="group" defaultValue={group ?? ''} aria-label="Group">
          <option value="">All groups</option>
          {found.groupNames.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
        {health !== null && <input type="hidden" name="state" value={health} />}
        <button type="submit" className="button">
          Show
        </button>
        {(q !== null || group !== null || health !== null) && <a href={flowsPath}>Show all</a>}
      </form>
      <nav className="legend" aria-label="States, and how many flows are in them">
        {FLOW_HEALTHS.map((name) => (
          <a
            key={name}
            href={filteredFlowsPath({ q, group, state: health === name ? null : name })}
            className={found.counts[name] === undefined ? 'zero' : undefined}
            aria-current={health === name ? 'true' : undefined}
          >
            <svg className="icon" aria-hidden="true">
              <use href={`#i-${HEALTHS[name].icon}`} />
            </svg>
            <span>
              {HEALTHS[name].words} <b>{found.counts[name] ?? 0}</b>
            </span>
          </a>
        ))}
      </nav>
    </div>
  )
}
