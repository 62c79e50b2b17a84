import { groupPath } from '#app/_ui/paths.ts'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { OverviewGroup } from '#lib/queries/pages/status-overview.ts'

/** Of more than so many those that are fine stand in one line. */
const UNFOLDED_MAX = 18

type Area = Pick<OverviewGroup, 'key' | 'name' | 'status' | 'counts'>

/** Every service group with how it stands: `11 of 15 areas are fine`. */
export function Areas({ groups }: { groups: readonly Area[] }) {
  if (groups.length < 2) return null
  const fine = groups.filter(isFine)
  const isFolded = groups.length > UNFOLDED_MAX
  return (
    <section className="areas" aria-labelledby="areas">
      <h2 id="areas">{headline(fine.length, groups.length)}</h2>
      <List areas={isFolded ? groups.filter((group) => !isFine(group)) : groups} />
      {isFolded && fine.length > 0 && (
        <details className="fold">
          <summary>{fine.length === 1 ? 'The one that is fine' : `The ${fine.length} that are fine`}</summary>
          <List areas={fine} />
        </details>
      )}
    </section>
  )
}

/** Fresh, or without a promise that could be broken. */
function isFine({ status }: Area): boolean {
  return status === 'fresh' || status === null
}

function headline(fine: number, all: number): string {
  if (fine === all) return `All ${all} areas are fine`
  return fine === 0 ? `None of ${all} areas is fine` : `${fine} of ${all} areas ${fine === 1 ? 'is' : 'are'} fine`
}

function List({ areas }: { areas: readonly Area[] }) {
  return (
    <ul>
      {areas.map((area) => (
        <li key={area.key} className={isFine(area) ? 'fine' : undefined}>
          <a href={groupPath(area.key)}>
            <StatusIcon status={area.status} />
            <bdi>{area.name}</bdi>
            <Words area={area} />
          </a>
        </li>
      ))}
    </ul>
  )
}

/** What the icon shows, for who does not see it; of what is not fine how much of it is so. */
function Words({ area: { status, counts } }: { area: Area }) {
  const word = statusInWords(status).toLowerCase()
  if (status === 'fresh' || status === null) return <span className="sr-only">{word}</span>
  return <span>{counts.judged > 1 ? `${counts[status]} of ${counts.judged} ${word}` : word}</span>
}
