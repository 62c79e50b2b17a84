import { AnnouncedNotes, BrokenNote } from '#app/_ui/feeds/contract-notes.tsx'
import { Facts, Section } from '#app/_ui/section.tsx'
import { Time } from '#app/_ui/time.tsx'
import { capital } from '#lib/domain/wording/sentences.ts'
import type { ContractView } from '#lib/queries/catalogue/asset-contracts.ts'

const COMES_TO = { stop: 'Stale: what reads it may refuse to run', warn: 'Late' }

/** What its producer promises of its shape, whether that is kept, and what will change; nothing where nothing is promised. */
export function ContractSection({ contract }: { contract: ContractView | null }) {
  if (contract === null) return null
  const { held, onBreak, noted, mended } = contract
  return (
    <Section title="Contract" note={held === null ? 'No version holds yet' : `${held.name}, version ${held.version}`}>
      <div className="max-w-[720px] space-y-3">
        <Standing contract={contract} />
        {noted.length > 0 && (
          <p>
            Noted, and no break: <bdi>{noted.join('; ')}</bdi>.
          </p>
        )}
        <AnnouncedNotes contract={contract} />
      </div>
      <Facts
        facts={[
          ['Promised by', held?.owner ?? null],
          ['Read by', held === null || held.consumers.length === 0 ? null : held.consumers.join(', ')],
          ['A break makes it', COMES_TO[onBreak]],
        ]}
      />
      {mended.length > 0 && (
        <details className="fold">
          <summary>Broken before</summary>
          <ul className="mt-2 space-y-2">
            {mended.map(({ from, to, words }) => (
              <li key={from}>
                <Time at={from} form="long" /> to <Time at={to ?? from} form="long" />: <bdi>{capital(words)}</bdi>.
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  )
}

function Standing({ contract }: { contract: ContractView }) {
  const { broken, seenAt } = contract
  if (broken !== null) return <BrokenNote contract={contract} broken={broken} />
  if (seenAt === null) return <p>Nobody has told of its columns yet, so there is nothing to compare.</p>
  return (
    <p>
      Kept: its columns, as they were seen <Time at={seenAt} form="long" />, are what is promised.
    </p>
  )
}
