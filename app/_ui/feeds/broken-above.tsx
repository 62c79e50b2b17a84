import { assetPath } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import type { BrokenAbove as Broken } from '#lib/queries/catalogue/broken-above.ts'

/** On the page of a feed: contracts that are broken about what it is made from; it may be fresh, and hold what was not agreed. */
export function BrokenAbove({ broken }: { broken: readonly Broken[] }) {
  return broken.map(({ asset, version, since, words }) => (
    <p key={asset.key} className="mt-4">
      What this is made from is not what was agreed: the contract{' '}
      <a href={assetPath(asset.key, 'contract')}>
        <bdi>
          {asset.name} {version}
        </bdi>
      </a>{' '}
      has been broken since <Time at={since} form="long" />: <bdi>{words}</bdi>.
    </p>
  ))
}
