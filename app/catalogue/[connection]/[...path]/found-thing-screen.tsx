import { CopyButton } from '#app/_ui/actions/copy-button.tsx'
import { ColumnTable } from '#app/_ui/feeds/column-table.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { assetPath, cataloguePath, connectionPath, filteredCataloguePath, foundPath, foundThingPath } from '#app/_ui/paths.ts'
import { ScrollArea } from '#app/_ui/scroll-area.tsx'
import { Facts, Section } from '#app/_ui/section.tsx'
import { Mark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { proposeAsset } from '#lib/catalogue/propose/propose-asset.ts'
import { jobInWords } from '#lib/domain/runs/job-name.ts'
import type { FoundNeighbourLine, FoundThing } from '#lib/queries/catalogue/found-thing.ts'

/** Something found that nobody took over: what is known of it, and what adopting it would need. */
export function FoundThingScreen({ found }: { found: FoundThing }) {
  const { page, now, banners, connection, path, name, kind, goneAt, foundAt } = found
  return (
    <PageShell
      page={page}
      now={now}
      shows={null}
      banners={banners}
      place="catalogue"
      crumbs={[
        ['Catalogue', cataloguePath],
        [connection, filteredCataloguePath({ connection })],
      ]}
    >
      <header className="max-w-[880px] pt-4 pb-6">
        <h1 dir="auto">{name}</h1>
        {found.description !== null && (
          <p className="lead" dir="auto">
            {found.description}
          </p>
        )}
        <p className="muted mt-2">
          <code dir="auto">{`${connection}/${path}`}</code>, a {kind}
        </p>
        <p className="verdict">
          <Mark icon={goneAt === null ? 'found' : 'gone'} big>
            {goneAt === null ? 'Found, not adopted' : 'Gone'}
          </Mark>
          <span className="muted">
            since <Time at={goneAt ?? foundAt} form="long" />
            <Age at={goneAt ?? foundAt} brackets past />
          </span>
        </p>
      </header>
      <FoundFacts found={found} />
      <ColumnTable columns={found.columns} note="as its own system shows them" />
      <Around title="Made from" lines={found.around.filter(({ isUpstream }) => isUpstream)} connection={connection} />
      <Around title="Goes into" lines={found.around.filter(({ isUpstream }) => !isUpstream)} connection={connection} />
      {goneAt === null && <Adopting found={found} />}
    </PageShell>
  )
}

function FoundFacts({ found }: { found: FoundThing }) {
  const { connection, connectionName, owner, url, job, jobName, labels, seenAt } = found
  return (
    <Facts
      facts={[
        [
          'Found through the connection',
          <a key="connection" href={connectionPath(connection)}>
            <bdi>{connectionName}</bdi>
          </a>,
        ],
        ['Owner there', owner],
        ['Last seen', seenAt === null ? null : <Time key="seen" at={seenAt} form="long" />],
        ['Written by', job === null ? null : jobInWords(job, jobName)],
        ...Object.entries(labels).map(([label, value]) => [label.replaceAll('_', ' '), value] as const),
        [
          'In its own system',
          url === null ? null : (
            <a key="url" href={url} rel="noreferrer">
              Open it there
            </a>
          ),
        ],
      ]}
    />
  )
}

function Around({ title, lines, connection }: { title: string; lines: readonly FoundNeighbourLine[]; connection: string }) {
  if (lines.length === 0) return null
  return (
    <Section title={title}>
      <ul className="*:py-1">
        {lines.map(({ name, path, assetKey }) => (
          <li key={`${path} ${name}`}>
            {path === null ? (
              <code dir="auto">{name}</code>
            ) : (
              <a href={assetKey === null ? foundThingPath(connection, path) : assetPath(assetKey)} dir="auto">
                {name}
              </a>
            )}{' '}
            <span className="muted">{path === null ? 'as another system calls it' : assetKey === null ? 'found, not adopted' : ''}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** A line under a feed, or a rule: what is found has no status until somebody promises it. */
function Adopting({ found }: { found: FoundThing }) {
  const { connection, path, name, kind, settings, policy } = found
  const lines = proposeAsset({ key: `${connection}/${path}`, name, kind, settings, policy: policy?.input ?? null })
  return (
    <Section title="What adopting it needs">
      <p className="max-w-[720px]">
        Nothing is promised about it, so it has no status. Write it under a feed of the catalogue, as below, or a rule that takes over all
        that is like it: <a href={foundPath(connection)}>a rule is proposed for {connection}</a>.
      </p>
      {policy !== null && <p className="muted mt-2 max-w-[720px]">{policy.because}</p>}
      <ScrollArea className="source mt-4 mb-3" label="Lines to copy">
        <pre>{lines}</pre>
      </ScrollArea>
      <CopyButton text={lines} of="code" />
    </Section>
  )
}
