import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { stringify } from 'yaml'
import { fetchContract } from '#jobs/worker/fetch-contract.ts'
import { readContractText } from '#lib/catalogue/parse/read-contract-text.ts'
import { type Contracted, listContracted, loadColumnsOf } from '#lib/db/catalogue/asset-contracts.ts'
import { compareFields, type Difference, weightOf } from '#lib/domain/contracts/compare-fields.ts'
import { type Contract, entityFor } from '#lib/domain/contracts/contract.ts'
import { isContractAddress } from '#lib/domain/contracts/contract-address.ts'
import { differencesOf, foundColumns, termsAt } from '#lib/domain/contracts/contract-terms.ts'
import { fieldsOfColumns } from '#lib/domain/contracts/nested-fields.ts'
import { proposeContract } from '#lib/domain/contracts/propose-contract.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { decodeText } from '#lib/platform/env-file.ts'
import { withDatabase } from './databases.ts'
import { type CommandLine, defineVerb, problemsInWords, readArguments } from './verb.ts'

async function init(command: CommandLine, key: string): Promise<number> {
  const known = await withDatabase(command, (ctx) => loadColumnsOf(ctx.pool, key))
  if (known === null) throw new TidemarkError('not-found', { publicMessage: `There is no asset "${key}" in the catalogue.` })
  if (known.columns.length === 0) {
    const publicMessage = `Nobody has told of the columns of "${key}" yet: write "tidemark discover" for its connection with "--keep", or push its schema.`
    throw new TidemarkError('invalid', { publicMessage })
  }
  const { name, description, owner, columns } = known
  const document = proposeContract({
    id: key.replaceAll(/[^A-Za-z0-9]+/g, '-'),
    name,
    description,
    owner,
    physicalName: pathOf(key),
    fields: fieldsOfColumns(columns),
  })
  command.terminal.print(stringify(document).trimEnd())
  command.terminal.note(
    `\nKeep it as contracts/${document.id}/v1.yaml beside the catalogue, and write "contract: contracts/${document.id}" under the asset.`,
  )
  return 0
}

/** A contract from a file or an address, or all that is wrong with it, with its lines. */
async function readFrom({ clock, signal }: CommandLine, place: string): Promise<Contract> {
  const text = isContractAddress(place) ? await textAt(place, { clock, signal }) : await textIn(place)
  const read = readContractText({ file: isContractAddress(place) ? place : basename(place), text })
  if (read.ok) return read.contract
  throw new TidemarkError('invalid', { publicMessage: problemsInWords(read.problems) })
}

async function textIn(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => {
    throw new TidemarkError('not-found', { publicMessage: `There is no file ${file} that can be read.` })
  })
  return decodeText(bytes, `The file ${file}`)
}

async function textAt(url: string, asking: Parameters<typeof fetchContract>[1]): Promise<string> {
  const said = await fetchContract(url, asking)
  if (said.kind === 'text') return said.text
  throw new TidemarkError('unavailable', { publicMessage: said.kind === 'unchanged' ? `${url} said nothing.` : said.words })
}

const WEIGHTS: Record<Difference['weight'], string> = { breaks: 'BREAKS', warns: 'warns', noted: 'noted' }

function inLines(title: string, differences: readonly Difference[]): string[] {
  if (differences.length === 0) return [`${title}: nothing changes.`]
  return [`${title}:`, ...differences.map(({ weight, words }) => `  ${WEIGHTS[weight].padEnd(7)}${words}`)]
}

async function check(command: CommandLine, place: string): Promise<number> {
  const contract = await readFrom(command, place)
  const { terminal, clock } = command
  const contracted = await withDatabase(command, (ctx) => listContracted(ctx.pool))
  const meant = contracted.filter(({ terms }) => terms.versions.some(({ id }) => id === contract.id))
  if (meant.length === 0) {
    terminal.print(`${contract.name} ${contract.version} is a good contract. No asset of the catalogue is under "${contract.id}" yet.`)
    return 0
  }
  const told = meant.map((one) => compared(contract, one, clock.now()))
  for (const line of told.flatMap(({ lines }) => lines)) terminal.print(line)
  return told.some(({ breaks }) => breaks) ? 1 : 0
}

/** What a contract changes for an asset, against the version that holds and against what is there, with who reads it. */
function compared(
  contract: Contract,
  { key, terms, columns, areInPart, landed, readers }: Contracted,
  now: Instant,
): { lines: string[]; breaks: boolean } {
  const entity = entityFor(contract, pathOf(key), terms.entity ?? null)
  if (entity === null)
    return {
      lines: [`${key}: none of its entities is called ${terms.entity === undefined ? 'like it' : `"${terms.entity}"`}.`],
      breaks: true,
    }
  const held = termsAt(terms, now)
  const changes = held === null ? [] : compareFields(held.fields, entity.fields)
  const seen = differencesOf(entity.fields, landed ?? foundColumns(columns ?? [], areInPart))
  const found = columns === null ? [] : seen.filter(({ kind }) => kind !== 'description')
  const lines = [
    ...(held === null ? [] : inLines(`${key}, against version ${held.version}`, changes)),
    ...(columns === null ? [] : inLines(`${key}, what is there against version ${contract.version}`, found)),
    ...(readers.length === 0 ? [] : [`  read by: ${readers.join(', ')}`]),
  ]
  return { lines, breaks: weightOf([...changes, ...found]) === 'breaks' }
}

export default defineVerb({
  usage: 'init <asset> | check <file or address>',
  summary: 'Write a contract from what is seen, or say what one would break.',
  details:
    'init prints a contract (Open Data Contract Standard 3.1) for the columns that are known of an asset. check reads a contract from a file or an address and compares it with\nthe version that holds, of the same id, and with what is there; it names who reads it. Exit code 1 when it would break something.',
  async run(args, command) {
    const { positionals } = readArguments(args, {}, { least: 2, most: 2 })
    const [what, about = ''] = positionals
    if (what === 'init') return init(command, about)
    if (what === 'check') return check(command, about)
    throw new TidemarkError('invalid', {
      publicMessage: `"${what}" is nothing that can be done with a contract. Write "contract init" or "contract check".`,
    })
  },
})
