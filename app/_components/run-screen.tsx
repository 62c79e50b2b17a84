import type { RunPage, RunPageQuery } from '#lib/queries/run-page.ts'
import { assetPath, feedPath, runsPath } from '../_lib/paths.ts'
import { Frame } from './frame.tsx'
import { LiveRun } from './live-run.tsx'
import { RejectedRows } from './rejected-rows.tsx'
import { Section } from './section.tsx'

/** One run: how it goes, step by step, what it put aside, its log, and what it writes. */
export function RunScreen({ found, query }: { found: RunPage; query: RunPageQuery }) {
  const { run, page, now, writes, rejections } = found
  const feeds = new Map(writes.map((asset) => [asset.feedKey, asset.feedName]))
  const crumbs = [...feeds].map(([key, name]): [string, string] => [name, feedPath(key)])
  return (
    <Frame page={page} now={now} banners={found.banners} place="runs" crumbs={[['All runs', runsPath], ...crumbs.slice(0, 1)]}>
      <LiveRun
        initial={run}
        log={{ initial: found.log, query: query.log }}
        orders={found.takesOrders ? { parameters: found.parameters } : null}
      >
        <RejectedRows runId={run.id} rejections={rejections} isDryRun={run.isDryRun} />
      </LiveRun>
      {writes.length > 0 && (
        <Section title="What it writes">
          <ul className="plain">
            {writes.map((asset) => (
              <li key={asset.key}>
                <a href={assetPath(asset.key)}>{asset.name}</a> <code className="muted">{asset.key}</code>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Frame>
  )
}
