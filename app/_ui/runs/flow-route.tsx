import { Key, Listed } from '#app/_ui/listed.tsx'
import { assetPath } from '#app/_ui/paths.ts'
import type { DeclaredFlowWords } from '#lib/catalogue/resolve/declared-flow-in-words.ts'
import type { FlowCard } from '#lib/queries/runs/flow-cards.ts'
import { columnsInWords } from './flow-words.ts'

interface FlowRouteProps {
  card: Pick<FlowCard, 'declaredFlow' | 'reads' | 'writes' | 'watched'>
  /** Every column by name. */
  isWhole: boolean
}

/** From where to where, and what happens on the way. */
export function FlowRoute({ card, isWhole }: FlowRouteProps) {
  if (card.declaredFlow !== null) return <DeclaredFlow declaredFlow={card.declaredFlow} watched={card.watched} isWhole={isWhole} />
  return (
    <ul>
      {card.reads.length > 0 && <Assets words="reads" assets={card.reads} watched={card.watched} />}
      {card.writes.length > 0 && <Assets words="writes" assets={card.writes} watched={card.watched} />}
    </ul>
  )
}

interface AssetProps {
  name: string
  watched: readonly string[]
}

function Asset({ name, watched }: AssetProps) {
  return watched.includes(name) ? (
    <a href={assetPath(name)}>
      <Key name={name} />
    </a>
  ) : (
    <Key name={name} />
  )
}

function Assets({ words, assets, watched }: { words: string; assets: readonly string[]; watched: readonly string[] }) {
  return (
    <li>
      <span className="muted">{words}</span>{' '}
      <Listed items={assets.map((name) => ({ key: name, shown: <Asset name={name} watched={watched} /> }))} />
    </li>
  )
}

function DeclaredFlow({
  declaredFlow,
  watched,
  isWhole,
}: {
  declaredFlow: DeclaredFlowWords
  watched: readonly string[]
  isWhole: boolean
}) {
  const { from, reading, columns, to, writing } = declaredFlow
  return (
    <ul>
      {from !== '' && (
        <li>
          <span className="muted">from</span> <Asset name={from} watched={watched} />
          {reading.length > 0 && <span className="muted"> {reading.join(', ')}</span>}
        </li>
      )}
      {columns?.length !== 0 && (
        <li>
          <span className="muted">takes</span>{' '}
          {columns === null ? 'every field as it comes' : isWhole ? columns.join(', ') : columnsInWords(columns)}
        </li>
      )}
      {to !== '' && (
        <li>
          <span className="muted">to</span> <Asset name={to} watched={watched} />
          {writing.length > 0 && <span className="muted"> {writing.join(', ')}</span>}
        </li>
      )}
    </ul>
  )
}
