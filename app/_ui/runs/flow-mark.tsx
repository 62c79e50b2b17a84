import { Mark } from '#app/_ui/status-mark.tsx'
import { failedFilesInWords } from '#lib/domain/wording/inbox-words.ts'
import type { FlowCard } from '#lib/queries/runs/flow-cards.ts'
import { HEALTHS } from './flow-words.ts'
import { runIcon, runStateInWords } from './run-labels.ts'

const feedWords = (paused: FlowCard['paused']) => (paused?.kind === 'maintenance' ? 'Feed under maintenance' : 'Feed paused')

/** The health of a flow: its run's own words where it has one, else that it is paused or never ran; and how many of its files have failed, in whichever run. */
export function FlowMark({ card, big = false }: { card: Marked; big?: boolean }) {
  const run = card.running ?? card.last
  const { icon, words } = run !== null && card.health !== 'paused' ? { icon: runIcon(run), words: runStateInWords(run) } : wordsOf(card)
  const failed = failedFilesInWords(card.failedFiles)
  return (
    // What went well is no good news beside files that did not land.
    <Mark icon={failed !== '' && icon === 'fresh' ? 'late' : icon} big={big}>
      {`${words}${failed}`}
    </Mark>
  )
}

type Marked = Pick<FlowCard, 'running' | 'last' | 'health' | 'rest' | 'paused' | 'failedFiles'>

function wordsOf({ health, rest, paused }: Marked): { icon: string; words: string } {
  const own = HEALTHS[health]
  return health === 'paused' && (rest === null || rest.isAhead) ? { ...own, words: feedWords(paused) } : own
}
