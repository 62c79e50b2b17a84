import { NoActions } from '#app/_ui/actions/no-actions.tsx'
import { Listed } from '#app/_ui/listed.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { feedPath, flowPath, runsPath } from '#app/_ui/paths.ts'
import type { RunPage, RunPageQuery } from '#lib/queries/pages/run-page.ts'
import { LiveRun } from './live-run.tsx'
import { RejectedRows } from './rejected-rows.tsx'
import { RunIncidents } from './run-incidents.tsx'
import { WrittenAssets } from './written-assets.tsx'

/** One run: how it goes, step by step, what it put aside, its log, and what it writes. */
export function RunScreen({ found, query }: { found: RunPage; query: RunPageQuery }) {
  const { run, page, now, writes, rejections } = found
  const feeds = new Map(writes.map((asset) => [asset.feedKey, asset.feedName]))
  const crumbs = [...feeds].map(([key, name]): [string, string] => [name, feedPath(key)])
  return (
    <PageShell
      page={page}
      now={now}
      shows={[]}
      banners={found.banners}
      place="runs"
      crumbs={[['All runs', runsPath], ...crumbs.slice(0, 1)]}
    >
      <LiveRun
        initial={run}
        log={{ initial: found.log, query: query.log }}
        actions={found.takesActions ? { parameters: found.parameters } : null}
      >
        <RejectedRows runId={run.id} rejections={rejections} isDryRun={run.isDryRun} />
      </LiveRun>
      <div className="section">
        Flow{' '}
        <a href={flowPath(run.flow)}>
          <bdi>{run.flow}</bdi>
        </a>
        {feeds.size > 0 && ', for '}
        <Listed items={[...feeds].map(([key, name]) => ({ key, shown: <a href={feedPath(key)}>{name}</a> }))} />
      </div>
      {!found.takesActions && <NoActions />}
      <RunIncidents incidents={found.incidents} />
      <WrittenAssets assets={writes} />
    </PageShell>
  )
}
