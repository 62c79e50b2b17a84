import type { ReactNode } from 'react'
import { ActionForm } from '#app/_ui/actions/action-form.tsx'
import { PauseAction } from '#app/_ui/actions/pause-action.tsx'
import { workInWords } from '#app/_ui/actions/work-words.ts'
import { Listed } from '#app/_ui/listed.tsx'
import { connectionPath, feedPath, filteredRunsPath, flowPath, groupPath, requestRunPath, runPath } from '#app/_ui/paths.ts'
import { JobLink } from '#app/_ui/reload/job-link.tsx'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Facts } from '#app/_ui/section.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { FlowCard as Card, FlowPause } from '#lib/queries/runs/flow-cards.ts'
import { FlowMark } from './flow-mark.tsx'
import { FlowRoute } from './flow-route.tsx'
import { limitsInWords, scheduleInWords } from './flow-words.ts'
import { rowsInWords, secondsOf } from './run-labels.ts'

const NO_GROUP = 'Writes nothing that is watched'

interface CardProps {
  card: Card
  now: number
  takesActions: boolean
}

/** A flow's whole configuration and how it fares; `isFirst` of its group. */
export function FlowCard({ card, now, takesActions, isFirst }: CardProps & { isFirst: boolean }) {
  return (
    <article className={isFirst ? 'card first' : 'card'} id={card.name} aria-labelledby={`name-${card.name}`}>
      <p className="eyebrow">{card.group === null ? NO_GROUP : <a href={groupPath(card.group.key)}>{card.group.name}</a>}</p>
      <header>
        <h2 id={`name-${card.name}`}>
          <a href={flowPath(card.name)}>{card.name}</a>
        </h2>
        <FlowMark card={card} />
      </header>
      {card.why !== null && (
        <p className="mt-1" dir="auto">
          {card.why}
        </p>
      )}
      <FlowCardBody card={card} now={now} takesActions={takesActions} />
    </article>
  )
}

/** Everything below the name; `isWhole` on the flow's own page, where its YAML has a section of its own. */
export function FlowCardBody({ card, now, takesActions, isWhole = false }: CardProps & { isWhole?: boolean }) {
  const problem = (card.running ?? card.last)?.problem ?? null
  return (
    <>
      {problem !== null && <p className="mt-1 text-stale-text">{problem}</p>}
      <Facts
        form="card-facts"
        facts={[
          ['Feed', linksOf(card.feeds.map(({ key, name }) => [name, feedPath(key)]))],
          ['Runs', <Schedule key="runs" card={card} />],
          ['Does', card.job === null ? routeOf(card, isWhole) : <JobOfFlow key="job" card={card} job={card.job} />],
          ['Uses', linksOf(card.connections.map(({ key, name }) => [name, connectionPath(key)]))],
          ['Sets', Object.keys(card.parameters).length === 0 ? null : <code key="sets">{JSON.stringify(card.parameters)}</code>],
          ['Limits', limitsInWords(card) || null],
          ['Last', (card.running ?? card.last) === null ? null : <LastRun key="last" card={card} now={now} />],
          [
            card.dueAt !== null && card.dueAt < now ? 'Was due' : 'Expected',
            card.dueAt === null ? null : <Moment key="due" at={card.dueAt} />,
          ],
          ...pausesOf(card, isWhole),
        ]}
      />
      <footer>
        {takesActions && <Actions card={card} />}
        <a href={filteredRunsPath({ flow: card.name })}>
          All runs<span className="sr-only"> of {card.name}</span>
        </a>
        {!isWhole && card.source !== null && <Source source={card.source} />}
      </footer>
    </>
  )
}

function routeOf(card: Card, isWhole: boolean): ReactNode {
  if (card.declaredFlow === null && card.reads.length + card.writes.length === 0) return null
  return <FlowRoute card={card} isWhole={isWhole} />
}

/** The job of another system that does its work. */
function JobOfFlow({ card, job }: { card: Card; job: NonNullable<Card['job']> }) {
  return (
    <>
      <JobLink job={job.key} name={job.name} />
      {routeOf(card, true)}
    </>
  )
}

function linksOf(items: readonly (readonly [string, string])[]): ReactNode {
  return items.length === 0 ? null : <Listed items={items.map(([words, href]) => ({ key: href, shown: <a href={href}>{words}</a> }))} />
}

function Moment({ at }: { at: number }) {
  return (
    <>
      <Time at={at} />
      <Age at={at} brackets toCome />
    </>
  )
}

function Schedule({ card }: { card: Card }) {
  return (
    <>
      {scheduleInWords(card)}
      {card.after.length > 0 && (
        <>
          , after <Listed items={card.after.map((name) => ({ key: name, shown: <a href={flowPath(name)}>{name}</a> }))} />
        </>
      )}
      {card.nextRunAt !== null && (
        <span className="muted">
          {' · next '}
          <Time at={card.nextRunAt} />
        </span>
      )}
    </>
  )
}

function LastRun({ card, now }: { card: Card; now: number }) {
  const run = card.running ?? card.last
  if (run === null) return null
  const seconds = secondsOf(run, now)
  const rows = run.state === 'missed' ? null : rowsInWords(run)
  return (
    <>
      <a href={runPath(run.id)}>
        <Time at={run.startedAt ?? run.scheduledFor} />
      </a>
      <Age at={run.startedAt ?? run.scheduledFor} brackets past />
      <span className="muted">
        {rows !== null && ` · ${rows}`}
        {seconds !== null && ` · ${run.endedAt === null ? 'for' : 'took'} ${formatDuration(seconds * 1000)}`}
      </span>
    </>
  )
}

/** On the flow's own page its pause stands at the top. */
function pausesOf({ rest, paused }: Card, isWhole: boolean): [string, ReactNode][] {
  const own = rest === null || isWhole ? null : <Pause key="rest" pause={rest} means="no run is planned; deadlines go on counting" />
  const feeds = paused === null ? null : <Pause key="paused" pause={paused} means="what it writes is not judged; it runs" />
  return [
    [rest === null ? '' : workInWords(rest), own],
    [paused === null ? '' : `Feed ${workInWords(paused).toLowerCase()}`, feeds],
  ]
}

function Pause({ pause: { since, until, note, isAhead }, means }: { pause: FlowPause; means: string }) {
  return (
    <>
      {isAhead ? 'from' : 'since'} <Time at={since} />
      {until === null ? (
        ', until somebody ends it'
      ) : (
        <>
          {' '}
          until <Time at={until} />
        </>
      )}
      {note !== null && (
        <>
          : <bdi>{note}</bdi>
        </>
      )}
      <span className="muted">{` · ${means}`}</span>
    </>
  )
}

function Actions({ card }: { card: Card }) {
  const action = requestRunPath(card.name)
  return (
    <>
      <ActionForm action={action}>
        Run now<span className="sr-only"> {card.name}</span>
      </ActionForm>
      {card.takes.includes('dryRun') && (
        <ActionForm action={action} fields={{ parameters: { dryRun: true } }}>
          Dry run<span className="sr-only"> {card.name}</span>
        </ActionForm>
      )}
      <PauseAction
        subject={{ kind: 'flow', key: card.name }}
        name={card.name}
        work={card.rest === null ? [] : [{ ...card.rest, subject: { kind: 'flow', key: card.name, name: card.name } }]}
        takesActions
      />
    </>
  )
}

function Source({ source }: { source: NonNullable<Card['source']> }) {
  return (
    <details className="fold">
      <summary>
        As written <code>{`${source.file}:${source.line}`}</code>
      </summary>
      <ScrollArea className="source mt-1 max-h-80 overflow-auto px-3 py-2" label="As written in the catalogue">
        <pre>{source.yaml}</pre>
      </ScrollArea>
    </details>
  )
}
