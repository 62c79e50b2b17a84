import { lineagePath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import { statusInWords, UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { LineageAsset, LineagePage, LineagePath } from '#lib/queries/pages/lineage-page.ts'

/** Why it is so, as far as the lineage tells: from what turned first down to the focus. Nothing where nothing is wrong. */
export function LineagePaths({ found: { paths, focus } }: { found: LineagePage }) {
  if (!isUnhealthy(focus.status)) return null
  const explained = paths.filter(({ steps, unseen }) => steps.length > 1 || unseen !== null)
  return (
    <Section title={explained.length > 1 ? 'The paths to the roots' : 'The path to the root'}>
      {explained.length === 0 ? (
        <p>It is the root itself: nothing it is made from was in trouble before it.</p>
      ) : (
        <ul className="space-y-4">
          {explained.map((path) => (
            <li key={path.steps[0]?.id}>
              <Way path={path} focus={focus} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function Standing({ status }: Pick<LineageAsset, 'status'>) {
  return (
    <>
      <span className="inline-flex self-center">
        <StatusIcon status={status} />
      </span>
      <span className="small muted">{statusInWords(status).toLowerCase()}</span>
    </>
  )
}

function Way({ path: { steps, unseen }, focus }: { path: LineagePath; focus: LineageAsset }) {
  const since = unseen === null ? steps[0]?.since : unseen.since
  return (
    <>
      <ol className="way">
        {unseen !== null && (
          <li>
            {UNSEEN_FIRST} <Standing status={unseen.status} />
          </li>
        )}
        {steps.map(({ id, key, name, status }) => (
          <li key={id}>
            {id === focus.id ? (
              <bdi aria-current="true">{name}</bdi>
            ) : (
              <a href={lineagePath({ focus: key })}>
                <bdi>{name}</bdi>
              </a>
            )}{' '}
            <Standing status={status} />
          </li>
        ))}
      </ol>
      {since !== null && since !== undefined && (
        <p className="muted mt-1">
          The first of them turned on <Time at={since} form="long" />
          <Age at={since} brackets />
        </p>
      )}
    </>
  )
}
