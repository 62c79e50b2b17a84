import { listPushedProjects } from '#lib/db/push/push-artifacts.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { publicAddress } from '#lib/platform/env.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { withDatabase } from './databases.ts'
import { dbtJobLines } from './run/job-lines.ts'
import { defineVerb, readArguments } from './verb.ts'

/** Why nothing can be pushed for a connection, and what to do. */
function notPushed(key: string): TidemarkError {
  return new TidemarkError('not-found', {
    publicMessage: `There is no connection "${key}" here whose artifacts are pushed. Write it under "connections": ${key}: { kind: dbt, artifacts: pushed }. A connection that reads a folder, an address or dbt Cloud needs nothing pushed.`,
  })
}

export default defineVerb({
  usage: '<connection>',
  summary: 'Print what to add to a job of dbt so that its artifacts arrive.',
  details: [
    'The lines go before the first call of dbt, in a shell script, a line of cron or a step of a CI: when the job ends, however it ends, what dbt left in',
    'its target folder is pushed. What came before is known again, so nothing is told twice.',
  ].join('\n'),
  run: (args, command) =>
    withDatabase(command, async (ctx) => {
      const [connection = ''] = readArguments(args, {}, { least: 1, most: 1 }).positionals
      if (!(await listPushedProjects(ctx.pool)).includes(connection)) throw notPushed(connection)
      const url = (await getPageSettings(ctx))?.url ?? publicAddress(command.environment())
      const { terminal } = command
      terminal.note(
        `Before the first call of dbt in the job of ${connection}, in the folder of the project (DBT_TARGET_PATH names another target):\n`,
      )
      for (const line of dbtJobLines({ connection, url })) terminal.print(line)
      terminal.note(
        [
          '\nThen dbt as ever: dbt build, dbt source freshness where sources are measured, and dbt docs generate where all columns are to be known, also those that are not documented.',
          'Each command writes over the run_results.json of the one before:',
          'where several run in one job (dbt seed, dbt run, dbt test, dbt docs generate), call push_to_tidemark after each that loads.',
          'TIDEMARK_TOKEN comes from the secrets of your CI, or from a file that only the account of the job may read: a token with the scope push,',
          `  tidemark token create ${connection} --owner <e-mail> --scope push`,
          ...(/\/\/(localhost|127\.|\[::1\])/.test(url)
            ? [`${url} is an address of this machine alone: set TIDEMARK_URL, or page.url in the catalogue.`]
            : []),
          'Jobs of dbt Cloud run no shell: there the connection says account, token and jobs, and Tidemark asks for their artifacts itself.',
        ].join('\n'),
      )
      return 0
    }),
})
