import { loadConnectors } from '#jobs/worker/load-extensions.ts'
import { evidenceTable, settingsTable } from '#lib/connectors/kit/connector-tables.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { requireExtension } from '#lib/platform/load-folder.ts'
import { defineVerb, readArguments } from './verb.ts'

export default defineVerb({
  usage: '[kind]',
  summary: 'Print what each kind of connection is told, what a look through it sees, and what it takes.',
  details: 'As tables in Markdown; of one kind alone if it is named.',
  async run(args, { terminal }) {
    const { positionals } = readArguments(args, {}, { least: 0, most: 1 })
    const all = await loadConnectors()
    const [kind] = positionals
    const told = kind === undefined ? [...all.values()] : [requireExtension(all, kind, 'connector')]
    if (told.length === 0) throw new TidemarkError('not-found', { publicMessage: 'No connector is installed.' })
    terminal.print([...settingsTable(told), '', ...evidenceTable(told)].join('\n'))
    return 0
  },
})
