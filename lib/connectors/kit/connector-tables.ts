import type { Connector } from './connector.ts'

type Told = Pick<Connector, 'kind' | 'example'>

const row = (...cells: (string | null)[]) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`

/** What a connection of each kind is told, as a table in Markdown: one row a kind. */
export function settingsTable(connectors: readonly Told[]): string[] {
  return [
    row('`kind`', 'speaks to', 'settings', 'in `extract`, beside `from`'),
    row('---', '---', '---', '---'),
    ...connectors.map(({ kind, example }) => row(`\`${kind}\``, example.speaksTo, example.told, example.asked)),
  ]
}

/** What a look through a connection of each kind sees, how strong that is, and what it takes, as a table in Markdown: one row a kind. */
export function evidenceTable(connectors: readonly Told[]): string[] {
  return [
    row('`kind`', 'a look sees, best first', 'under an asset', 'it needs'),
    row('---', '---', '---', '---'),
    ...connectors.map(({ kind, example }) => row(`\`${kind}\``, evidenceOf(example), example.toldOfAsset, example.permission)),
  ]
}

function evidenceOf({ evidence }: Told['example']): string {
  return evidence.map(({ reads, clock, strength }) => `${reads}: ${clock === null ? '' : `\`${clock}\`, `}${strength}`).join('; ')
}
