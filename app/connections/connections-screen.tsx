import { PageShell } from '#app/_ui/page-shell.tsx'
import { connectionsPath, signInToPath } from '#app/_ui/paths.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { ConnectionsPage } from '#lib/queries/pages/connections-page.ts'
import { ConnectionCard } from './connection-card.tsx'

/** All connections, what needs somebody first. */
export function ConnectionsScreen({ found }: { found: ConnectionsPage }) {
  const { page, now, connections } = found
  // A connection that is down says so on its card.
  const banners = found.banners.filter((banner) => banner.kind !== 'connection')
  return (
    <PageShell page={page} now={now} shows={['connection:*']} banners={banners} place="connections">
      <header className="hero">
        <h1>{found.isShown ? headline(connections) : 'Connections are shown to people who have signed in.'}</h1>
        {!found.isShown ? (
          <p className="lead">
            <a href={signInToPath(connectionsPath)}>Sign in</a> to see how they are and what uses them; engineers see where their secrets
            are set, too.
          </p>
        ) : connections.length === 0 ? (
          <p className="lead">
            A connection is one outside system: a database, an API, a file server. Name it under <code>connections:</code> in the catalogue,
            and its secrets as references such as <code>{'"${NAME}"'}</code>.
          </p>
        ) : (
          <p className="lead">
            Each is looked at as often as its card says, and checked once a day and whenever its settings or secrets change.
          </p>
        )}
      </header>
      <Cards connections={connections.slice(0, SHOWN)} found={found} />
      {connections.length > SHOWN && (
        <details className="fold">
          <summary>{`${formatCount(connections.length - SHOWN)} more, none of them worse`}</summary>
          <Cards connections={connections.slice(SHOWN)} found={found} />
        </details>
      )}
    </PageShell>
  )
}

/** A link to a card that is folded unfolds it. */
const SHOWN = 40

function Cards({
  connections,
  found: { found, incidents, loads, takesActions },
}: {
  connections: ConnectionsPage['connections']
  found: ConnectionsPage
}) {
  return (
    <div className="cards wide">
      {connections.map((connection) => (
        <ConnectionCard
          key={connection.key}
          connection={connection}
          found={found.find((one) => one.connection === connection.key) ?? null}
          incidents={incidents.get(connection.key) ?? []}
          loads={connection.flows.flatMap((flow) => loads.get(flow) ?? [])}
          takesActions={takesActions}
        />
      ))}
    </div>
  )
}

function headline(connections: ConnectionsPage['connections']): string {
  if (connections.length === 0) return 'The catalogue names no connection yet.'
  const failing = connections.filter(({ health }) => health.state === 'failing').length
  const old = connections.filter(({ urgency }) => urgency === 'over' || urgency === 'soon').length
  const all = connections.length === 1 ? 'The one connection' : `All ${connections.length} connections`
  const first = failing === 0 ? `${all} let us in` : `${failing} of ${connections.length} connections ${failing === 1 ? 'fails' : 'fail'}`
  return old === 0 ? `${first}.` : `${first}; ${old === 1 ? 'one has' : `${old} have`} secrets to replace.`
}
