import { jobsShown } from '#app/_ui/live/shown-topics.ts'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { connectionPath, feedPath, filteredRunsPath, runPath, runsPath } from '#app/_ui/paths.ts'
import { runStateInWords } from '#app/_ui/runs/run-labels.ts'
import { RunMark } from '#app/_ui/runs/run-mark.tsx'
import { InItsSystem, WhoseJob } from '#app/_ui/runs/whose-run.tsx'
import { Facts } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { jobKey } from '#lib/domain/runs/external-run.ts'
import { jobInWords } from '#lib/domain/runs/job-name.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { ExternalRunPage } from '#lib/queries/pages/external-run-page.ts'
import { OrderedBy } from './ordered-by.tsx'
import { RunIncidents } from './run-incidents.tsx'
import { WrittenAssets } from './written-assets.tsx'

/** A run of another system: how it stands, in that system's own words, and what it writes. */
export function ExternalRunScreen({ found }: { found: ExternalRunPage }) {
  const { run, page, now, writes, loaded, emptied } = found
  const [feed] = [...writes, ...loaded, ...emptied]
  return (
    <PageShell
      page={page}
      now={now}
      shows={jobsShown([{ job: jobKey(run.system, run.job) }])}
      banners={found.banners}
      place="runs"
      crumbs={[['All runs', runsPath], ...(feed === undefined ? [] : [[feed.feedName, feedPath(feed.feedKey)] as [string, string]])]}
    >
      <header className="max-w-[880px] pt-4 pb-6">
        <h1 dir="auto">
          Run of <bdi>{jobInWords(run.job, run.jobName)}</bdi>
        </h1>
        <p className="verdict">
          <RunMark run={run} big />
          <span className="muted">
            in <bdi>{run.system}</bdi>, which {found.isPushed ? 'pushed' : 'told of'} it: {whoRanIt(found)}
          </span>
        </p>
        {run.problem !== null && <pre className="run-words mt-4">{run.problem}</pre>}
        {found.orders.map((order) => (
          <OrderedBy key={`${order.feedKey} ${order.at}`} order={order} />
        ))}
        {run.url !== null && (
          <p className="mt-4">
            <InItsSystem url={run.url} system={run.system} />
          </p>
        )}
      </header>
      <Facts
        facts={[
          ['Began', at(run.startedAt)],
          [run.endedAt === null ? 'Ends about' : 'Ended', at(run.endedAt ?? run.etaAt)],
          ['Took', run.startedAt === null || run.endedAt === null ? null : formatDuration(run.endedAt - run.startedAt)],
          ['Usually takes', found.usualMs === null ? null : formatDuration(found.usualMs)],
          ['Scheduled for', at(run.scheduledFor === run.startedAt ? null : run.scheduledFor)],
          ['Rows', run.rows === null ? null : formatCount(run.rows)],
          ['Kind of job', found.jobType === null ? null : <bdi key="type">{found.jobType}</bdi>],
          ['Part of', found.parent === null ? null : <Parent key="parent" {...found.parent} own={run.system} />],
          ['Runs for', oursOf(found)],
          ['Attempt', run.attempt === 1 ? null : formatCount(run.attempt)],
          ['Its number there', <bdi key="id">{run.externalId}</bdi>],
          [
            found.isPushed ? 'Pushed to the connection' : 'Told by the connection',
            <a key="connection" href={connectionPath(run.system)}>
              <bdi>{found.systemName}</bdi>
            </a>,
          ],
          [
            'More of them',
            <a key="runs" href={filteredRunsPath({ system: run.system, flow: run.job })}>
              All runs of <bdi>{jobInWords(run.job, run.jobName)}</bdi>
            </a>,
          ],
        ]}
      />
      <TouchedAssets writes={writes} loaded={loaded} />
      <WrittenAssets assets={emptied} title="What it took the data from" />
      <RunIncidents incidents={found.incidents} />
    </PageShell>
  )
}

/** What it writes; of one that ended badly what it loaded all the same is told apart. */
function TouchedAssets({ writes, loaded }: Pick<ExternalRunPage, 'writes' | 'loaded'>) {
  if (loaded.length === 0) return <WrittenAssets assets={writes} />
  return (
    <>
      <WrittenAssets assets={writes} title="What it did not load" />
      <WrittenAssets assets={loaded} title="What it loaded all the same" />
    </>
  )
}

function whoRanIt({ ours }: Pick<ExternalRunPage, 'ours'>): string {
  return ours === null ? 'Tidemark did not run it' : 'Tidemark follows it for a flow'
}

/** The run of a flow whose work it does. */
function oursOf({ ours }: Pick<ExternalRunPage, 'ours'>) {
  return ours === null ? null : (
    <a href={runPath(ours.id)}>
      The run of <bdi>{ours.flow}</bdi>
    </a>
  )
}

/** The run that this one is a part of; whose it is only where that is another system. */
function Parent({ system, job, id, own }: NonNullable<ExternalRunPage['parent']> & { own: string }) {
  const words = <>Run of {system === own ? <bdi>{job}</bdi> : <WhoseJob system={system} job={job} name={null} />}</>
  return id === null ? words : <a href={runPath(id)}>{words}</a>
}

function at(instant: number | null) {
  return instant === null ? null : <Time at={instant} form="long" />
}

/** The title of the screen: `Run of nightly in dbt: Failed`. */
export function externalRunTitle({ run, page }: ExternalRunPage): string {
  return `Run of ${jobInWords(run.job, run.jobName)} in ${run.system}: ${runStateInWords(run)} · ${page.name}`
}
