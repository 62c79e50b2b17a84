import { Fragment, type ReactNode } from 'react'
import { Listed } from '#app/_ui/listed.tsx'
import { assetPath } from '#app/_ui/paths.ts'
import { statusInWords, UNSEEN } from '#lib/domain/wording/words.ts'
import type { AssetRow } from '#lib/queries/shared/asset-rows.ts'

/** As many as stand in a sentence; more are a list. */
const NAMED = 3

/** `because Orders is late`, to follow the status of what is as fresh as what it is made from; how much of that a reader may not see is not told. */
export function BlockedBy({
  asset: { status, blockers, isBlockedUnseen },
}: {
  asset: Pick<AssetRow, 'status' | 'blockers' | 'isBlockedUnseen'>
}) {
  const links = blockers.map(({ key, name }) => ({
    key,
    shown: (
      <a href={assetPath(key)}>
        <bdi>{name}</bdi>
      </a>
    ),
  }))
  const word = statusInWords(status).toLowerCase()
  if (links.length === 0 && !isBlockedUnseen) return <>because what it is made from is {word}</>
  const items = isBlockedUnseen ? [...links, { key: UNSEEN, shown: UNSEEN }] : links
  return (
    <>
      because {items.length > NAMED ? <Listed items={items} /> : <Named items={items} />} {items.length === 1 ? 'is' : 'are'} {word}
    </>
  )
}

function Named({ items }: { items: readonly { key: string; shown: ReactNode }[] }) {
  return items.map(({ key, shown }, index) => (
    <Fragment key={key}>
      {index > 0 && (index === items.length - 1 ? ' and ' : ', ')}
      {shown}
    </Fragment>
  ))
}
