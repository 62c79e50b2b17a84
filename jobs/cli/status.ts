import { dateTime } from '#jobs/cli/run/in-words.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { againInWords } from '#lib/domain/wording/again-words.ts'
import { reasonInWords, statusInWords } from '#lib/domain/wording/words.ts'
import { readGoodAgain } from '#lib/queries/api/again-answers.ts'
import { type StatusJson, statusJsonSchema } from '#lib/queries/api/answers.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { withDatabase } from './databases.ts'
import { askPage, pageOf } from './page/page-client.ts'
import { type CommandLine, defineVerb, readArguments } from './verb.ts'

async function readStatus(command: CommandLine): Promise<StatusJson> {
  const page = pageOf(command)
  if (page !== null) return askPage(page, '/status', statusJsonSchema)
  const found = await withDatabase(command, (ctx) => getStatusJson(ctx))
  if (found !== null) return statusJsonSchema.parse(JSON.parse(found.json))
  throw new TidemarkError('unavailable', { publicMessage: 'No catalogue has been accepted yet, so there is no status.' })
}

/** Feeds as a table: status, key, since when and why; below what is not fresh when it is good again. */
function feedsInWords(feeds: StatusJson['feeds'], zone: string): string[] {
  const cells = feeds.map(({ status, key, since, reason, failedRun }) => [
    statusInWords(status),
    key,
    since === null ? '' : `since ${dateTime(Date.parse(since), zone)}`,
    failedRun?.words ?? (reason === null ? '' : reasonInWords(reason)),
  ])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)))
  return cells.flatMap((row, index) => {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
    const again = readGoodAgain(feeds[index]?.goodAgain ?? null)
    const below = again === null ? [] : [`    ${againInWords(again, (at) => dateTime(at, zone))}`]
    return [line.trimEnd(), ...below]
  })
}

export default defineVerb({
  usage: '[feed|group]',
  summary: 'Say how fresh the feeds are.',
  details: 'All of them, those of a group, or one. With TIDEMARK_URL and TIDEMARK_TOKEN it asks the page, from any machine.',
  async run(args, command) {
    const { positionals } = readArguments(args, {}, { least: 0, most: 1 })
    const [name] = positionals
    const { feeds, page } = await readStatus(command)
    const shown = name === undefined ? feeds : feeds.filter(({ key, group }) => key === name || group === name)
    if (shown.length === 0 && name !== undefined)
      throw new TidemarkError('not-found', { publicMessage: `There is no feed or group "${name}".` })
    for (const line of feedsInWords(shown, page.zone)) command.terminal.print(line)
    return 0
  },
})
