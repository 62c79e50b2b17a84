import type { CommandLine } from '#jobs/cli/verb.ts'
import { type Fetched, fetchContract } from '#jobs/worker/fetch-contract.ts'
import type { Catalogue, CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { CatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { type LoadedCatalogue, loadCatalogueReading, loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import type { CatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { addressesOf } from '#lib/db/catalogue/contract-addresses.ts'

/** A catalogue with what stands at the addresses that it reads contracts from, and why some could not be asked from here. */
export interface LoadedAsking {
  loaded: LoadedCatalogue
  obstacles: string[]
}

/** Loads a catalogue and asks every address that it reads contracts from: what cannot be used there is a problem of it, silence is none. */
export async function loadAsking(read: CatalogueTexts, contracts: CatalogueContracts, command: CommandLine): Promise<LoadedAsking> {
  const written = loadCatalogueReading(read, contracts, command.clock.now())
  if (!written.ok || !read.ok) return { loaded: written, obstacles: [] }
  const { texts, problems, obstacles } = await askAddresses(written.catalogue, command)
  if (problems.length > 0) return { loaded: { ok: false, problems, hash: written.hash }, obstacles }
  return { loaded: texts.length === 0 ? written : loadCatalogueTexts([...read.texts, ...texts], contracts, command.clock.now()), obstacles }
}

/** So many are asked at a time: one that is slow holds up no other. */
const AT_ONCE = 8

/** In the order in which the catalogue names them, however fast they answer. */
async function askAddresses({ assets }: Catalogue, { clock, signal }: CommandLine) {
  const urls = addressesOf(assets)
  const said = new Map<string, Fetched>()
  const waiting = [...urls]
  const work = async () => {
    for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) said.set(url, await fetchContract(url, { clock, signal }))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const texts: CatalogueText[] = []
  const problems: CatalogueProblem[] = []
  const obstacles: string[] = []
  for (const url of urls) {
    const one = said.get(url)
    if (one?.kind === 'text') texts.push({ file: url, text: one.text })
    else if (one?.kind === 'silent') obstacles.push(`The contract at ${url} could not be read from here: ${one.words}`)
    else if (one?.kind === 'bad')
      problems.push({ file: url, line: 1, column: 1, path: '', problem: one.words, remedy: 'Its last good text stays in force.' })
  }
  return { texts, problems, obstacles }
}
