import { Mark } from '#app/_ui/status-mark.tsx'
import type { FlowCard } from '#lib/queries/runs/flow-cards.ts'
import { HEALTHS } from './flow-words.ts'
import { RunMark } from './run-mark.tsx'

const feedWords = (paused: FlowCard['paused']) => (paused?.kind === 'maintenance' ? 'Feed under maintenance' : 'Feed paused')

/** The health of a flow: its run's own words where it has one, else that it is paused or never ran. */
export function FlowMark({
  card,
  big = false,
}: {
  card: Pick<FlowCard, 'running' | 'last' | 'health' | 'rest' | 'paused'>
  big?: boolean
}) {
  const run = card.running ?? card.last
  if (run !== null && card.health !== 'paused') return <RunMark run={run} big={big} />
  const { icon, words } = HEALTHS[card.health]
  return (
    <Mark icon={icon} big={big}>
      {card.health === 'paused' && (card.rest === null || card.rest.isAhead) ? feedWords(card.paused) : words}
    </Mark>
  )
}
