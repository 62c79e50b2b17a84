import type { ReactNode } from 'react'
import { assetPath, connectionPath, feedPath, filteredRunsPath, flowPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { FoundThings } from '#lib/queries/pages/find-things.ts'

/** Assets, flows and connections that a search has found, a short list each. */
export function FoundThingsList({ things: { assets, flows, connections } }: { things: FoundThings }) {
  return (
    <>
      <List title="Assets" total={assets.total} shown={assets.shown.length}>
        {assets.shown.map(({ key, name, feedKey, feedName, status }) => (
          <li key={key}>
            <a className="font-semibold" href={assetPath(key)}>
              <bdi>{name}</bdi>
            </a>{' '}
            <StatusMark status={status} />{' '}
            <span className="muted">
              of{' '}
              <a href={feedPath(feedKey)}>
                <bdi>{feedName}</bdi>
              </a>
            </span>{' '}
            <code className="muted">{key}</code>
          </li>
        ))}
      </List>
      <List title="Flows" total={flows.total} shown={flows.shown.length}>
        {flows.shown.map(({ name, feedName }) => (
          <li key={name}>
            <a className="font-semibold" href={flowPath(name)}>
              <bdi>{name}</bdi>
            </a>{' '}
            <a href={filteredRunsPath({ flow: name })}>its runs</a>
            {feedName !== null && (
              <span className="muted">
                , for <bdi>{feedName}</bdi>
              </span>
            )}
          </li>
        ))}
      </List>
      <List title="Connections" total={connections.total} shown={connections.shown.length}>
        {connections.shown.map(({ key, kind }) => (
          <li key={key}>
            <a className="font-semibold" href={connectionPath(key)}>
              <bdi>{key}</bdi>
            </a>{' '}
            <span className="muted">{kind}</span>
          </li>
        ))}
      </List>
    </>
  )
}

function List({ title, total, shown, children }: { title: string; total: number; shown: number; children: ReactNode }) {
  if (total === 0) return null
  return (
    <Section
      title={title}
      note={total > shown ? `the first ${shown} of ${formatCount(total)}; another word narrows it down` : formatCount(total)}
    >
      <ul className="*:py-1">{children}</ul>
    </Section>
  )
}
