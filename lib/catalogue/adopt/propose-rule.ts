import { stringify } from 'yaml'

/** A label of what was found: how many things have it, and how many values there are of it. */
export interface LabelCount {
  name: string
  things: number
  values: number
}

/** What a rule is proposed from. */
export interface RuleInput {
  connection: string
  total: number
  labels: readonly LabelCount[]
  /** Whether its connector groups what it finds: a schema. */
  isGrouped: boolean
}

const NEARLY_ALL = 0.9

/** A rule that would take over all that was found behind a connection: of the labels nearly everything has, the one with fewer values makes groups, the next feeds. */
export function proposeRule({ connection, total, labels, isGrouped }: RuleInput): string {
  const common = labels.filter(({ things, values }) => things >= total * NEARLY_ALL && values < things)
  const names = common.toSorted((a, b) => a.values - b.values || (a.name < b.name ? -1 : 1)).map(({ name }) => `{${name}}`)
  const [group, feed] = [...names, ...(isGrouped ? ['{group}'] : []), '{path.1}']
  const patterns = names.length >= 2 ? { group, feed } : { group: '{connection}', feed: group }
  return `adopt:\n${stringify([{ from: `${connection}/**`, ...patterns }], { defaultStringType: 'PLAIN', lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`
}
