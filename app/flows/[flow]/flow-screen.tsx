import { NoActions } from '#app/_ui/actions/no-actions.tsx'
import { WorkSentence } from '#app/_ui/actions/work-note.tsx'
import { Note } from '#app/_ui/note.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { filteredRunsPath, flowsPath } from '#app/_ui/paths.ts'
import { FlowCardBody } from '#app/_ui/runs/flow-card.tsx'
import { FlowMark } from '#app/_ui/runs/flow-mark.tsx'
import { RunList } from '#app/_ui/runs/run-list.tsx'
import { Purpose } from '#app/_ui/section.tsx'
import { SourceSection } from '#app/_ui/source-section.tsx'
import type { FilesAsked, FlowPage } from '#lib/queries/pages/flow-page.ts'
import { Inbox } from './inbox.tsx'
import { LeftOut, RefusedPushes } from './not-taken.tsx'

/** One flow: its card, its inbox, its latest runs, and as it is written. */
export function FlowScreen({ found, asked }: { found: FlowPage; asked: FilesAsked }) {
  const { page, now, banners, card, runs } = found
  return (
    <PageShell
      page={page}
      now={now}
      shows={[`flow:${card.name}`, `progress:${card.name}`]}
      banners={banners}
      place="flows"
      crumbs={[['All flows', flowsPath]]}
    >
      <header className="max-w-[880px] pt-4 pb-6">
        <h1 dir="auto">{card.name}</h1>
        <Purpose why={card.why} />
        <p className="verdict">
          <FlowMark card={card} big />
        </p>
        {card.rest !== null && (
          <Note icon="maintenance">
            <WorkSentence work={workOf(card.name, card.rest)} own={{ kind: 'flow', key: card.name }} />
          </Note>
        )}
      </header>
      <div className="card max-w-[880px]">
        <FlowCardBody card={card} now={now} takesActions={found.takesActions} isWhole />
        {!found.takesActions && <NoActions />}
      </div>
      {found.refusedPushes !== null && <RefusedPushes pushes={found.refusedPushes} />}
      {found.leftOut !== null && <LeftOut messages={found.leftOut} />}
      {found.inbox !== null && <Inbox flow={card.name} inbox={found.inbox} asked={asked} takesActions={found.takesActions} />}
      <RunList runs={runs} now={now} />
      {runs.length > 0 && (
        <p>
          <a href={filteredRunsPath({ flow: card.name })}>All its runs</a>
        </p>
      )}
      <SourceSection source={card.source} />
    </PageShell>
  )
}

function workOf(name: string, rest: NonNullable<FlowPage['card']['rest']>) {
  return { subject: { kind: 'flow' as const, key: name, name }, from: rest.since, by: null, repeats: null, ...rest }
}
