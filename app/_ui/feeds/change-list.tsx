import { Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { capital } from '#lib/domain/wording/sentences.ts'
import { reasonInWords } from '#lib/domain/wording/words.ts'
import type { ChangeRow } from '#lib/queries/shared/change-rows.ts'

/** When the status turned, and why. */
export function ChangeList({ changes }: { changes: readonly ChangeRow[] }) {
  if (changes.length === 0) return null
  return (
    <Section title="When it turned">
      <ol className="divide-y divide-line text-sm">
        {changes.map((change) => (
          <li key={change.id} className="grid grid-cols-[184px_136px_minmax(0,1fr)] gap-x-4 py-2 max-md:grid-cols-[auto_minmax(0,1fr)]">
            <Time at={change.at} form="long" />
            <StatusMark status={change.to} />
            <span className="max-md:col-span-full">
              {change.explanation ?? (change.reason === null ? '' : sentence(reasonInWords(change.reason)))}
              {change.rewrite && <span className="muted"> Restated: later evidence said otherwise.</span>}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  )
}

/** Half a sentence made whole. */
export function sentence(words: string): string {
  return `${capital(words)}.`
}
