import { stringify } from 'yaml'

/** Something found, as far as a line of the catalogue says it. */
export interface ProposedAsset {
  key: string
  name: string
  kind: string
  settings: Record<string, unknown>
  /** The promise that its past supports. */
  policy: Record<string, unknown> | null
}

/** The lines that take one thing over by hand, to stand in a feed. */
export function proposeAsset({ key, name, kind, settings, policy }: ProposedAsset): string {
  const asset = { name, kind, ...settings, ...(policy !== null && { policy }) }
  return stringify({ assets: { [key]: asset } }, { lineWidth: 0 })
}
