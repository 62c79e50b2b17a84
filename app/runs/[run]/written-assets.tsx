import { assetPath } from '#app/_ui/paths.ts'
import { Section } from '#app/_ui/section.tsx'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { RunPage } from '#lib/queries/pages/run-page.ts'

const SHOWN = 25

/** What a run writes, ours or another system's; more than a screen of it is folded, and nothing stands here where that is not known. */
export function WrittenAssets({ assets, title = 'What it writes' }: { assets: RunPage['writes']; title?: string }) {
  if (assets.length === 0) return null
  return (
    <Section title={title}>
      <Written assets={assets.slice(0, SHOWN)} />
      {assets.length > SHOWN && (
        <details className="fold">
          <summary>{formatCount(assets.length - SHOWN)} more</summary>
          <Written assets={assets.slice(SHOWN)} />
        </details>
      )}
    </Section>
  )
}

function Written({ assets }: { assets: RunPage['writes'] }) {
  return (
    <ul className="*:py-1">
      {assets.map((asset) => (
        <li key={asset.key}>
          <a href={assetPath(asset.key)}>
            <bdi>{asset.name}</bdi>
          </a>{' '}
          <code className="muted">{asset.key}</code>
        </li>
      ))}
    </ul>
  )
}
