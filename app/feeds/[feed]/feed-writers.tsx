import { Listed } from '#app/_ui/listed.tsx'
import { connectionPath, flowPath, jobPath } from '#app/_ui/paths.ts'
import type { FeedPage } from '#lib/queries/pages/feed-page.ts'

/** The flows that write a feed, and the jobs of other systems; null: none is known. */
export function writersOf({ assets }: FeedPage) {
  const flows = assets.flatMap(({ flow }) => flow ?? [])
  const jobs = assets.flatMap(({ job }) => job ?? [])
  return listed([...linked(flows, flowPath), ...linked(jobs, jobPath)])
}

/** The connections that a feed is seen through. */
export function systemsOf({ assets }: FeedPage) {
  const called = new Map(assets.map(({ connection, connectionName }) => [connection, connectionName]))
  return listed(linked([...called.keys()], connectionPath, called))
}

function listed(items: ReturnType<typeof linked>) {
  return items.length === 0 ? null : <Listed key="links" items={items} />
}

function linked(keys: readonly string[], pathOf: (key: string) => string, called: ReadonlyMap<string, string> = new Map()) {
  return [...new Set(keys)].map((key) => ({
    key,
    shown: (
      <a href={pathOf(key)}>
        <bdi>{called.get(key) ?? key}</bdi>
      </a>
    ),
  }))
}
