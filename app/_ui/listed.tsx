import { Fragment, type ReactNode } from 'react'
import { formatCount } from '#lib/domain/wording/numbers.ts'

interface ListedProps {
  items: readonly { key: string; shown: ReactNode }[]
  /** What stands behind the last. */
  end?: string
}

const SHOWN = 8
/** Fewer are not worth a fold. */
const FOLDED_MIN = 4

/** Things one after the other, with commas that stay with what they follow; of a long list the first, and the rest folded: that stands in no paragraph. */
export function Listed({ items, end = '' }: ListedProps) {
  const isLong = items.length >= SHOWN + FOLDED_MIN
  if (!isLong) return <Row items={items} end={end} />
  return (
    <>
      <Row items={items.slice(0, SHOWN)} />
      <details className="fold">
        <summary>and {formatCount(items.length - SHOWN)} more</summary>
        <Row items={items.slice(SHOWN)} end={end} />
      </details>
    </>
  )
}

function Row({ items, end = '' }: ListedProps) {
  return items.map(({ key, shown }, index) => (
    <Fragment key={key}>
      <span>
        {shown}
        {index < items.length - 1 ? ',' : end}
      </span>
      {index < items.length - 1 && ' '}
    </Fragment>
  ))
}

/** A key that may break after its own separators instead of anywhere. */
export function Key({ name, className }: { name: string; className?: string }) {
  return (
    <code className={className}>
      {name.split(/(?<=[/._])/).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts may repeat
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </code>
  )
}
