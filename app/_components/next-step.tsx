const FEED = `groups:
  records:
    name: Student records
    feeds:
      terms:
        name: Terms
        policy: { kind: deadline, cron: "0 1 * * *", grace: 45m }
        assets:
          warehouse/curated.terms: {}`

/** A catalogue that promises nothing yet: what to write next. */
export function NextStep() {
  return (
    <section className="section" aria-label="What comes next">
      <p className="lead">The catalogue is in force, and names no feed. A feed is a promise: this data, this fresh, for these people.</p>
      <ol className="steps">
        <li>
          Let Tidemark look through a connection of the catalogue and propose feeds for what is there:
          <pre>npm run tidemark -- discover &lt;connection&gt; --out feeds.yaml</pre>
        </li>
        <li>
          Or write one, beside its connection:
          <pre>{FEED}</pre>
        </li>
        <li>
          Look whether it is right; once saved it is in force within seconds, and this page shows it:
          <pre>npm run tidemark -- check</pre>
        </li>
      </ol>
    </section>
  )
}
