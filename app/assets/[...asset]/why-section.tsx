import { BlockedBy } from '#app/_ui/feeds/blocked-by.tsx'
import { sentence } from '#app/_ui/feeds/change-list.tsx'
import { HeldBy } from '#app/_ui/feeds/held-by.tsx'
import { connectionPath, flowPath, jobPath } from '#app/_ui/paths.ts'
import { Facts, Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { reasonInWords, statusInWords } from '#lib/domain/wording/words.ts'
import type { AssetPage } from '#lib/queries/pages/asset-page.ts'

/** Why it is this colour: the verdict, the promise, the limits, and how we know. */
export function WhySection({ found }: { found: AssetPage }) {
  const { asset, look, policies, window } = found
  return (
    <Section title={asset.status === null ? 'Why it has no status' : 'Why it is so'}>
      <div className="max-w-[720px] space-y-1">
        <Reason asset={asset} />
        <HeldBy roots={found.roots} />
        {asset.status === null && <p>It is watched, but nothing is promised about it.</p>}
        {asset.problem !== null && <p>The last look failed: {asset.problem}</p>}
      </div>
      <Facts
        facts={[
          [policies.length > 1 ? 'Promises' : 'Promise', <Promises key="promises" found={found} />],
          [asset.dueAt !== null && asset.dueAt < window.now ? 'Was due' : 'Due by', instant(asset.dueAt)],
          [look.lateAt !== null && look.lateAt < window.now ? 'Late since' : 'Late from', instant(look.lateAt)],
          [look.staleAt !== null && look.staleAt < window.now ? 'Stale since' : 'Stale from', instant(look.staleAt)],
          [knownBy(asset.problem), evidence(found)],
          ['Last try to look', look.attemptedAt === asset.probedAt ? null : instant(look.attemptedAt)],
          ['Unknown when not seen for', found.blindAfterMs === null ? null : formatDuration(found.blindAfterMs)],
          [
            'Through the connection',
            <a key="through" href={connectionPath(found.connection)}>
              <bdi>{asset.connectionName}</bdi>
            </a>,
          ],
          ['Written by', flowLink(asset.flow) ?? jobLink(asset.job, found.jobName)],
        ]}
      />
      <Gaps found={found} />
      <Warnings found={found} />
    </Section>
  )
}

/** The explanation says the reason, too. Where what it is made from is the reason, that says all; a circle needs words. */
function Reason({ asset }: Pick<AssetPage, 'asset'>) {
  const { status, reason, explanation, failedRun } = asset
  if (failedRun !== null)
    return (
      <p>
        <bdi>{failedRun.words}</bdi>
      </p>
    )
  if (reason !== 'blocked') {
    const words = explanation ?? (reason === null ? null : sentence(reasonInWords(reason)))
    return words === null ? null : <p>{words}</p>
  }
  return (
    <>
      <p>
        {statusInWords(status)} <BlockedBy asset={asset} />.
      </p>
      {status === 'unknown' && explanation !== null && <p>{explanation}</p>}
    </>
  )
}

/** Of what is as fresh as what it is made from: that its own system cannot tell all of that. */
function Gaps({ found: { policies, facts } }: { found: AssetPage }) {
  const gaps = policies.some(({ kind }) => kind === 'upstream') ? (facts?.gaps ?? []) : []
  if (gaps.length === 0) return null
  const words = gaps.filter((gap) => gap !== null)
  return (
    <div className="mt-2 max-w-[720px]">
      <p>Not all that it is made from is known, so it may be older than this says.</p>
      <ul className="muted *:py-1">
        {words.map((gap) => (
          <li key={gap}>{gap}</li>
        ))}
      </ul>
    </div>
  )
}

/** Of the last look, as long as it was good. */
function Warnings({ found: { asset, look } }: { found: AssetPage }) {
  const warnings = asset.problem === null ? look.warnings : []
  if (warnings.length === 0) return null
  return (
    <ul className="*:py-1">
      {warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  )
}

function Promises({ found }: { found: AssetPage }) {
  if (found.policies.length === 0) return <>none on record</>
  return (
    <>
      {found.policies.map((policy) => (
        <span key={JSON.stringify(policy)} className="block">
          {sentence(promiseInWords(policy))}
        </span>
      ))}
    </>
  )
}

function instant(at: number | null) {
  return at === null ? null : <Time at={at} form="long" />
}

/** After a bad look the evidence is that of the last good one, and says so. */
function knownBy(problem: string | null): string {
  return problem === null ? 'How we know' : 'What the last good look said'
}

function evidence({ look, asset, jobName }: AssetPage): string | null {
  if (look.detail !== null) {
    const how = look.strength === 'weak' ? ' Weak evidence.' : ''
    const rows = look.rows === null ? '' : ` ${formatCount(look.rows)} rows.`
    return `${look.detail}${how}${rows}`
  }
  if (asset.job !== null) return `The runs of the job “${jobOfSystemInWords(asset.job, jobName)}”, as its own system tells them.`
  return asset.flow === null ? null : `Tidemark’s own ledger of the flow “${asset.flow}”.`
}

function jobLink(job: string | null, name: string | null) {
  return job === null ? null : (
    <a href={jobPath(job)}>
      <bdi>{jobOfSystemInWords(job, name)}</bdi>
    </a>
  )
}

function flowLink(flow: string | null) {
  return flow === null ? null : (
    <a href={flowPath(flow)}>
      <bdi>{flow}</bdi>
    </a>
  )
}
