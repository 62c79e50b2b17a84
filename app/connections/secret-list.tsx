import { Key, Listed } from '#app/_ui/listed.tsx'
import { Mark } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { placeInWords } from '#lib/domain/wording/secret-words.ts'
import type { ReferenceView } from '#lib/queries/pages/connections-page.ts'

type AgeOfSecret = NonNullable<ReferenceView['age']>

/** Every reference of a connection by its name: where it is set, and for a secret its age and its end. */
export function SecretList({ references }: { references: readonly ReferenceView[] }) {
  if (references.length === 0) return <span className="muted">none</span>
  const plain = references.filter(({ isSecret }) => !isSecret)
  return (
    <ul>
      {references
        .filter(({ isSecret }) => isSecret)
        .map((reference) => (
          <li key={reference.name}>
            <Whereabouts names={[reference.name]} place={reference.setIn} />
            {reference.age !== null && reference.age.since !== null && <SecretAge since={reference.age.since} />}
            {reference.age !== null && <SecretEnd age={reference.age} />}
          </li>
        ))}
      {[...Map.groupBy(plain, ({ setIn }) => setIn)].map(([place, some]) => (
        <li key={place}>
          <span className="muted">not secret: </span>
          <Whereabouts names={some.map(({ name }) => name)} place={place} />
        </li>
      ))}
    </ul>
  )
}

function Whereabouts({ names, place }: { names: readonly string[]; place: ReferenceView['setIn'] }) {
  return (
    <>
      <Listed items={names.map((name) => ({ key: name, shown: <Key name={name} /> }))} />{' '}
      <span className={place === 'missing' ? 't-stale' : 'muted'}>{placeInWords(place)}</span>
    </>
  )
}

const HOW = { rotated: 'replaced', changed: 'changed', seen: 'first seen' } as const

function SecretAge({ since }: { since: NonNullable<AgeOfSecret['since']> }) {
  return (
    <span className="muted">
      {' · '}
      {HOW[since.how]} <Time at={since.at} form="day" />
      <Age at={since.at} brackets past />
    </span>
  )
}

function SecretEnd({ age }: { age: AgeOfSecret }) {
  if (age.end === null) return null
  const { at, why } = age.end
  if (age.state === 'fine') {
    return (
      <span className="muted">
        {' · '}
        {why === 'expiry' ? 'expires' : 'good until'} <Time at={at} form="day" />
      </span>
    )
  }
  return (
    <>
      <span className="muted"> · </span>
      <Mark icon={age.state === 'over' ? 'stale' : 'late'}>
        {endInWords(age.state === 'over', why)} <Time at={at} form="day" />
      </Mark>
    </>
  )
}

function endInWords(isOver: boolean, why: 'expiry' | 'age'): string {
  if (why === 'expiry') return isOver ? 'expired' : 'expires'
  return isOver ? 'too old since' : 'to be replaced by'
}
