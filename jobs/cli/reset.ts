import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { removeEmbeddedData } from '#lib/platform/embedded-postgres.ts'
import { defineVerb, readArguments } from './verb.ts'

export default defineVerb({
  usage: '[--yes]',
  summary: 'Remove the embedded database with everything in it, and begin anew.',
  details:
    'Removes the history, the runs and the lake of the data folder (TIDEMARK_DATA, .tidemark). Never touches a database of your own.',
  async run(args, { terminal, environment }) {
    const { values } = readArguments(args, { yes: { type: 'boolean' } }, { least: 0, most: 0 })
    const { databaseUrl, dataFolder } = environment()
    if (databaseUrl !== undefined) {
      throw new TidemarkError('refused', {
        publicMessage:
          'DATABASE_URL names a database of your own, which this command does not empty. Drop and create it yourself: dropdb, then createdb.',
      })
    }
    if (values.yes !== true) {
      const answer = await terminal.ask(`Remove everything in ${dataFolder}? There is no way back. Type "yes": `)
      if (answer === null) throw new TidemarkError('invalid', { publicMessage: 'Nobody is here to ask. Add --yes.' })
      if (answer.trim() !== 'yes') {
        terminal.note('Nothing was removed.')
        return 1
      }
    }
    await removeEmbeddedData(dataFolder)
    terminal.print(`${dataFolder} is empty now. "npm start" begins anew.`)
    return 0
  },
})
