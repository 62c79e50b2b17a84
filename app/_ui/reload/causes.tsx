import { Listed } from '#app/_ui/listed.tsx'
import { assetPath } from '#app/_ui/paths.ts'
import type { ReloadPlan } from '#lib/commands/orders/plan-reload.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { StartedElsewhere } from './elsewhere.tsx'
import { Owner } from './owner.tsx'

interface CausesProps {
  plan: ReloadPlan
}

/** What is wrong upstream and cannot be loaded from here. */
export function Causes({ plan }: CausesProps) {
  const elsewhere = plan.elsewhere.filter(({ isOwn }) => !isOwn || plan.steps.length > 0)
  return (
    <>
      <Watched plan={plan} />
      {elsewhere.length > 0 && (
        <>
          <p>
            {elsewhere.some(({ isOwn }) => isOwn)
              ? 'Tidemark cannot start this, which belongs to it:'
              : 'Something is wrong before it that Tidemark cannot start:'}
          </p>
          <StartedElsewhere jobs={elsewhere} />
        </>
      )}
    </>
  )
}

function Watched({ plan: { watched, hasUnseenCause } }: CausesProps) {
  if (watched.length === 0 && !hasUnseenCause) return null
  const items = watched.map(({ key, name, owner }) => ({
    key,
    shown: (
      <>
        <a href={assetPath(key)}>{name}</a>
        {owner !== null && (
          <>
            {' (ask '}
            <Owner owner={owner} about={name} />)
          </>
        )}
      </>
    ),
  }))
  const all = hasUnseenCause ? [...items, { key: 'unseen', shown: UNSEEN }] : items
  return (
    <p>
      Something is wrong before it that Tidemark only watches: <Listed items={all} />.
    </p>
  )
}
