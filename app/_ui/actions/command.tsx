import { Fragment } from 'react'

/** Longer words, as keys of assets, must break on a phone. */
const WHOLE_MAX = 20

/** A command to be typed. It breaks between its words, so that no `--` is torn apart. */
export function Command({ children: text }: { children: string }) {
  return (
    <code>
      {text.split(' ').map((word, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the words of a command stay where they are
        <Fragment key={i}>
          {i > 0 && ' '}
          <span className={word.length <= WHOLE_MAX ? 'whitespace-nowrap' : undefined}>{word}</span>
        </Fragment>
      ))}
    </code>
  )
}
