import type { ReactNode } from 'react'

/** A part of a screen with its heading. */
export function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="section">
      <div className="mb-4 flex flex-wrap items-baseline justify-between gap-x-6">
        <h2>{title}</h2>
        {note !== undefined && <p className="muted">{note}</p>}
      </div>
      {children}
    </section>
  )
}

/** Facts as pairs of a short label and a value; pairs without a value are left out. */
export function Facts({
  facts,
  form = 'fact-grid',
}: {
  facts: readonly (readonly [string, ReactNode])[]
  form?: 'fact-grid' | 'card-facts'
}) {
  return (
    <dl className={form === 'fact-grid' ? 'fact-grid border-t border-line py-4 in-[.section]:border-t-0 in-[.section]:pb-0' : form}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** Below a heading: the reason why it exists first, then what it is; nothing where neither is written. */
export function Purpose({ why, description = null }: { why: string | null; description?: string | null }) {
  return (
    <>
      {why !== null && (
        <p className="lead" dir="auto">
          {why}
        </p>
      )}
      {description !== null && (
        <p className={why === null ? 'lead' : 'muted mt-2'} dir="auto">
          {description}
        </p>
      )}
    </>
  )
}
