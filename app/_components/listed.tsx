import { Fragment, type ReactNode } from 'react'

/** Things one after the other, with commas that stay with what they follow. */
export function Listed({ items }: { items: readonly { key: string; shown: ReactNode }[] }) {
  return items.map(({ key, shown }, index) => (
    <Fragment key={key}>
      <span>
        {shown}
        {index < items.length - 1 && ','}
      </span>{' '}
    </Fragment>
  ))
}

/** A key that may break after its own separators instead of anywhere. */
export function Key({ name }: { name: string }) {
  return (
    <code>
      {name.split(/(?<=[/._])/).map((part, index) => (
        // The parts of a key never change their places.
        // biome-ignore lint/suspicious/noArrayIndexKey: parts may repeat
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </code>
  )
}
