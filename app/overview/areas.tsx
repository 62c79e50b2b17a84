import { groupPath } from '#app/_ui/paths.ts'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { counted } from '#lib/domain/wording/numbers.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { OverviewGroup } from '#lib/queries/pages/status-overview.ts'

/** Of more than so many those that are fine stand in one line. */
const UNFOLDED_MAX = 18

type Area = Pick<OverviewGroup, 'key' | 'name' | 'status' | 'counts'>

/** Every service group with how it stands: `11 of 15 areas are fine`, of those that promise something. */
export function Areas({ groups }: { groups: readonly Area[] }) {
  if (groups.length < 2) return null
  const [broken, quiet] = [groups.filter((group) => !isQuiet(group)), groups.filter(isQuiet)]
  const isFolded = groups.length > UNFOLDED_MAX
  return (
    <section className="areas" aria-labelledby="areas">
      <h2 id="areas">{headline(groups)}</h2>
      <List areas={isFolded ? broken : groups} />
      {isFolded && quiet.length > 0 && (
        <details className="fold">
          <summary>{broken.length === 0 ? 'All of them' : `The ${counted(quiet.length, 'other')}`}</summary>
          <List areas={quiet} />
        </details>
      )}
    </section>
  )
}

/** Fresh, or without a promise that could be broken. */
function isQuiet({ status }: Pick<Area, 'status'>): boolean {
  return status === 'fresh' || status === null
}

/** `11 of 15 areas are fine`. */
export function headline(groups: readonly Pick<Area, 'status'>[]): string {
  const judged = groups.filter(({ status }) => status !== null)
  const fine = judged.filter(isQuiet).length
  const all = judged.length
  if (all === 0) return 'No area has a status yet'
  if (all === 1) return `The one area that promises something is ${fine === 1 ? '' : 'not '}fine`
  if (fine === all) return `All ${all} areas are fine`
  return fine === 0 ? `None of ${all} areas is fine` : `${fine} of ${all} areas ${fine === 1 ? 'is' : 'are'} fine`
}

function List({ areas }: { areas: readonly Area[] }) {
  return (
    <ul>
      {areas.map((area) => (
        <li key={area.key} className={isQuiet(area) ? 'fine' : undefined}>
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
