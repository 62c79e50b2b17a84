import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { loadConnectors } from '#jobs/worker/load-extensions.ts'
import { evidenceTable, settingsTable } from './kit/connector-tables.ts'

const readme = await readFile('README.md', 'utf8')
const connectors = [...(await loadConnectors()).values()]

/** The table of the README with this heading, as it stands there. */
function standing(heading: string | undefined): string[] {
  const lines = readme.split('\n')
  const from = lines.indexOf(heading ?? '')
  return from === -1 ? [] : lines.slice(from, lines.indexOf('', from))
}

describe.each([
  ['is told', settingsTable],
  ['sees', evidenceTable],
])('what the README says a connection %s', (_what, table) => {
  // A new kind is its own file and no line here; `tidemark connectors` tells of it until the README does.
  it('is word for word what its connector says', () => {
    const kinds = standing(table(connectors)[0]).map((line) => line.split('`')[1])
    const said = connectors.filter(({ kind }) => kinds.includes(kind)).sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
    expect(said.length).toBeGreaterThan(8)
    expect(standing(table(connectors)[0])).toEqual(table(said))
  })

  it('can be said of every kind there is, in one line each', () => {
    expect(table(connectors)).toHaveLength(connectors.length + 2)
    expect(table(connectors).filter((line) => !/^(\|[^|\n]*){4}\|$/.test(line))).toEqual([])
  })
})
