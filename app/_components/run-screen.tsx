import type { RunPage } from '#lib/queries/run-page.ts'
import { assetPath, feedPath, overviewPath } from '../_lib/paths.ts'
import { Frame } from './frame.tsx'
import { LiveRun } from './live-run.tsx'
import { Section } from './section.tsx'
import { Time } from './time.tsx'

/** One run: how it went, step by step, what it put aside, and what it writes. */
export function RunScreen({ found }: { found: RunPage }) {
  const { run, page, now, writes, rejections } = found
  const feeds = new Map(writes.map((asset) => [asset.feedKey, asset.feedName]))
  const crumbs = [...feeds].map(([key, name]): [string, string] => [name, feedPath(key)])
  return (
    <Frame page={page} now={now} banners={found.banners} crumbs={[['All feeds', overviewPath], ...crumbs.slice(0, 1)]}>
      <LiveRun initial={run} />
      {rejections.length > 0 && (
        <Section
          title="Rows put aside"
          note={run.rowsRejected > rejections.length ? `the first ${rejections.length} of ${run.rowsRejected}` : undefined}
        >
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Row</th>
                <th scope="col">Why</th>
                <th scope="col">Step</th>
                <th scope="col">When</th>
              </tr>
            </thead>
            <tbody>
              {rejections.map((row) => (
                <tr key={`${row.task} ${row.key}`}>
                  <th scope="row">
                    <code>{row.key}</code>
                  </th>
                  <td>{row.reason}</td>
                  <td>{row.task}</td>
                  <td>
                    <Time at={row.at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
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
