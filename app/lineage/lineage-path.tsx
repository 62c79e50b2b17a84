import { lineagePath, subjectPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { Age, Time } from '#app/_ui/time.tsx'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { LineageAsset, LineagePage, LineagePath, LineageStep } from '#lib/queries/pages/lineage-page.ts'

/** Why it is so, as far as the lineage tells: from what turned first down to the focus. Nothing where nothing is wrong. */
export function LineagePaths({ found: { paths, focus } }: { found: LineagePage }) {
  if (!isUnhealthy(focus.status)) return null
  const explained = paths.filter(({ steps }) => steps.length > 1)
  return (
    <Section title={explained.length > 1 ? 'The paths to the roots' : 'The path to the root'}>
      {explained.length === 0 ? (
        <p>It is the root itself: nothing it is made from was in trouble before it.</p>
      ) : (
        <ul className="space-y-4">
          {explained.map((path) => (
            <li key={`${path.steps[0]?.kind} ${path.steps[0]?.key} ${path.since}`}>
              <Way path={path} focus={focus} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function Way({ path: { steps, since }, focus }: { path: LineagePath; focus: LineageAsset }) {
  return (
    <>
      <ol className="way">
        {steps.map((step) => (
          <li key={`${step.kind} ${step.key}`}>
            {step.id === focus.id ? <bdi aria-current="true">{step.name}</bdi> : <Named step={step} />} <Standing step={step} />
          </li>
        ))}
      </ol>
      <p className="muted mt-1">
        It began on <Time at={since} form="long" />
        <Age at={since} brackets />
      </p>
    </>
  )
}

function Named({ step: { kind, key, name } }: { step: LineageStep }) {
  if (kind === 'unseen') return name
  return (
    <>
      {kind !== 'asset' && <span className="muted">{kind} </span>}
      <a href={kind === 'asset' ? lineagePath({ focus: key }) : subjectPath({ kind, key })}>
        <bdi>{name}</bdi>
      </a>
    </>
  )
}

function Standing({ step: { kind, status, isInferred } }: { step: LineageStep }) {
  if (kind !== 'asset' && kind !== 'unseen')
    return <span className="small muted">{kind === 'connection' ? 'does not answer' : 'does not succeed'}</span>
  return (
    <span className="small muted inline-flex items-center gap-1.5 self-center">
      <StatusIcon status={status} />
      {isInferred ? 'not judged, inferred' : statusInWords(status).toLowerCase()}
    </span>
  )
}
