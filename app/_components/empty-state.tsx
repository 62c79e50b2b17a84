import type { Banner } from '#lib/queries/banners.ts'
import { Frame } from './frame.tsx'

const EXAMPLE = `page: { name: Campus data, zone: America/New_York }
connections:
  warehouse: { kind: postgres, url: "\${WAREHOUSE_URL}" }
groups:
  records:
    name: Student records
    feeds:
      terms:
        name: Terms
        policy: { kind: deadline, cron: "0 1 * * *", grace: 45m }
        assets:
          warehouse/curated.terms: {}`

/** Before the first catalogue: what to do next. */
export function EmptyState({ now, banners }: { now: number; banners: readonly Banner[] }) {
  return (
    <Frame page={{ name: 'Tidemark', zone: 'UTC', readyBy: '08:00' }} now={now} shows={[]} banners={banners}>
      <div className="hero">
        <h1>There is nothing to show yet: no catalogue has been accepted.</h1>
        <p className="lead">The catalogue says which data you promise to whom. Three steps, then this page fills by itself:</p>
        <ol className="steps">
          <li>
            Let Tidemark look at a database and propose one:
            <pre>npm run tidemark -- discover postgres://reader@db.example/warehouse --out tidemark.yaml</pre>
          </li>
          <li>
            Or write one; a feed takes about eight lines:
            <pre>{EXAMPLE}</pre>
          </li>
          <li>
            Check it, then start with it:
            <pre>{'npm run tidemark -- check tidemark.yaml\nTIDEMARK_CONFIG=tidemark.yaml npm start'}</pre>
          </li>
        </ol>
        <p className="muted">
          If you have started with one already, the worker may still be reading it, or the line above says what is wrong with it.
        </p>
      </div>
    </Frame>
  )
}
