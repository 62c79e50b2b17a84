/** Something that was discovered and could be watched; what connectors yield has this shape. */
export interface FoundAsset {
  path: string
  kind: 'source' | 'table' | 'consumer'
  name: string
  settings: Record<string, unknown>
  upstream: readonly { path: string; hint: string }[]
  policy: { input: Record<string, unknown>; because: string } | null
  group: string
}
