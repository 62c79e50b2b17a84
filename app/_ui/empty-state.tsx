import type { ReaderKind } from '#app/_lib/overview-key.ts'
import type { Banner } from '#lib/queries/shared/banners.ts'
import { PageShell } from './page-shell.tsx'

const FEED = `groups:
  records:
    name: Student records
    feeds:
      terms:
        name: Terms
        policy: { kind: deadline, cron: "0 1 * * *", grace: 45m }
        assets:
          warehouse/curated.terms: {}`

const CATALOGUE = `page: { name: Campus data, zone: America/New_York }
connections:
  warehouse: { kind: postgres, url: "\${WAREHOUSE_URL}" }
${FEED}`

/** Before the first catalogue: what to do next. */
export function EmptyState({ now, banners, reader }: { now: number; banners: readonly Banner[]; reader?: ReaderKind }) {
  return (
    <PageShell
      page={{ name: 'Tidemark', zone: 'UTC', readyBy: '08:00' }}
      now={now}
      shows={[]}
      banners={banners}
      {...(reader !== undefined && { reader })}
    >
      <div className="hero">
        <h1>There is nothing to show yet: no catalogue has been accepted.</h1>
        <p className="lead">The catalogue says which data you promise to whom. Three steps, then this page fills by itself:</p>
        <Steps
          steps={[
            [
              'Let Tidemark look at a database and propose one:',
              'npm run tidemark -- discover postgres://reader@db.example/warehouse --out tidemark.yaml',
            ],
            ['Or write one; a feed takes about eight lines:', CATALOGUE],
            ['Check it, then start with it:', 'npm run tidemark -- check tidemark.yaml\nTIDEMARK_CONFIG=tidemark.yaml npm start'],
          ]}
        />
        <p className="muted">
          If you have started with one already, the worker may still be reading it, or the line above says what is wrong with it.
        </p>
      </div>
    </PageShell>
  )
}

/** A catalogue that promises nothing yet: what to write next. */
export function NextStep() {
  return (
    <section className="section" aria-label="What comes next">
      <p className="lead">The catalogue is in force, and names no feed. A feed is a promise: this data, this fresh, for these people.</p>
      <Steps
        steps={[
          [
            'Let Tidemark look through a connection of the catalogue and propose feeds for what is there:',
            'npm run tidemark -- discover <connection> --out feeds.yaml',
          ],
          ['Or write one, beside its connection:', FEED],
          ['Look whether it is right; once saved it is in force within seconds, and this page shows it:', 'npm run tidemark -- check'],
        ]}
      />
    </section>
  )
}

function Steps({ steps }: { steps: readonly (readonly [words: string, text: string])[] }) {
  return (
    <ol className="mt-6 list-decimal ps-6">
      {steps.map(([words, text]) => (
        <li key={text} className="mt-4">
          {words}
          <pre className="mt-2 overflow-x-auto rounded bg-sheet px-4 py-3 print:overflow-visible print:whitespace-pre-wrap">{text}</pre>
        </li>
      ))}
    </ol>
  )
}
