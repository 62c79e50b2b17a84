import type { ReactNode } from 'react'
import { adminPartPath, assetPath, connectionPath, runPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { ChangeBefore } from '#lib/queries/incidents/changes-before.ts'

/** What changed in the day before it began, of what is in it and what that is made from. */
export function BeforeIt({ changes }: { changes: readonly ChangeBefore[] }) {
  return (
    <Section title="What changed just before">
      {changes.length === 0 ? (
        <p className="muted">
          Nothing that this page knows of, in the day before it: no edit of the catalogue, no other credential, no other columns, no reload,
          no deploy, no end of announced work.
        </p>
      ) : (
        <ol className="divide-y divide-line text-sm">
          {changes.map((change) => (
            <li
              key={`${change.kind} ${change.key} ${change.name} ${change.at}`}
              className="grid grid-cols-[184px_minmax(0,1fr)] gap-x-4 py-2 max-md:grid-cols-1"
            >
              <span className="muted">
                <Time at={change.at} form="long" />
              </span>
              <span>
                <Words change={change} />
                {change.by !== null && (
                  <span className="muted">
                    {', by '}
                    <bdi>{change.by}</bdi>
                  </span>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}

function Words({ change: { kind, key, name } }: { change: ChangeBefore }) {
  switch (kind) {
    case 'catalogue':
      return <Linked href={`${adminPartPath('catalogue')}/compare?to=${key}`}>Another catalogue came into force</Linked>
    case 'credential':
      return (
        <>
          <Linked href={connectionPath(key)}>{name}</Linked> has another value
        </>
      )
    case 'columns':
      return (
        <>
          <Linked href={assetPath(key)}>{name}</Linked> looks otherwise in its own system: columns, owner or labels
        </>
      )
    case 'order':
      return (
        <>
          <bdi>{name}</bdi> was reloaded
        </>
      )
    case 'run':
      return (
        <>
          <Linked href={runPath(key)}>{name}</Linked> was run by hand
        </>
      )
    case 'maintenance':
      return (
        <>
          Announced work or a pause ended: <bdi>{name === '' ? 'of everything' : name}</bdi>
        </>
      )
    case 'deploy':
      return <>Rolled out: {key === '' ? <bdi>{name}</bdi> : <Linked href={key}>{name}</Linked>}</>
  }
}

function Linked({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href}>
      <bdi>{children}</bdi>
    </a>
  )
}
