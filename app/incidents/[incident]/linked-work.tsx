import { runPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { Linked } from '#lib/queries/incidents/linked.ts'

/** Runs and reloads that people linked. */
export function LinkedWork({ linked }: { linked: readonly Linked[] }) {
  if (linked.length === 0) return null
  return (
    <Section title="Runs and reloads">
      <ul className="space-y-1">
        {linked.map(({ kind, id, name, state, at }) => (
          <li key={`${kind} ${id}`}>
            {kind === 'run' ? (
              <a href={runPath(id)}>
                Run of <bdi>{name}</bdi>
              </a>
            ) : (
              <>
                Reload of <bdi>{name}</bdi>
              </>
            )}{' '}
            <span className="muted">
              <Time at={at} form="long" />, {state}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
