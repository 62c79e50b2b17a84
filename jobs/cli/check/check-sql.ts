import { workerSource } from '#jobs/cli/databases.ts'
import type { CommandLine } from '#jobs/cli/verb.ts'
import type { OpeningTools } from '#jobs/worker/connections.ts'
import { trySql } from '#jobs/worker/try-sql.ts'
import type { Catalogue, CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { locateFindings } from '#lib/catalogue/check/locate-findings.ts'
import type { CatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'

interface SqlInWords {
  problems: CatalogueProblem[]
  remarks: CatalogueProblem[]
  /** Connections all of whose SQL is good. */
  good: string[]
  /** Connections none of whose SQL could be tried. */
  obstacles: string[]
}

/** What systems say of the SQL that stands under their assets, as far as they can be asked from here with the secrets that are set here. */
export async function sqlTried(
  catalogue: Catalogue,
  texts: readonly CatalogueText[],
  connectors: OpeningTools['connectors'],
  command: CommandLine,
): Promise<SqlInWords> {
  const { clock, log, signal } = command
  const tried = await trySql({ connectors, clock, log, ...(await workerSource(command)) }, catalogue, signal)
  const trials = tried.flatMap((one) => one.trials)
  const sqlOf = (assets: number) => `The SQL of ${assets} ${assets === 1 ? 'asset' : 'assets'}`
  const { wrong = [], open = [] } = Object.groupBy(trials, ({ isWrong }) => (isWrong ? 'wrong' : 'open'))
  return {
    problems: locateFindings(texts, wrong),
    remarks: locateFindings(texts, open),
    good: tried
      .filter(({ obstacle, trials: own }) => obstacle === null && own.length === 0)
      .map(({ connection, assets }) => `${sqlOf(assets)} was tried in ${connection}, and is good.`),
    obstacles: tried.flatMap(({ connection, assets, obstacle }) =>
      obstacle === null ? [] : [`${sqlOf(assets)} could not be tried in ${connection} from here. ${obstacle}`],
    ),
  }
}
