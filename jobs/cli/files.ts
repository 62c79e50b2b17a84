import { fileListInWords } from '#jobs/cli/run/file-words.ts'
import { retryFiles } from '#lib/commands/inbox/retry-files.ts'
import type { Context } from '#lib/db/context.ts'
import { getPage } from '#lib/db/settings.ts'
import { FILE_STATES, type FileState } from '#lib/domain/files/inbox-file.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { type ApiInboxFile, filesRetriedSchema, inboxFileSchema } from '#lib/queries/api/file-answers.ts'
import { getApiPage } from '#lib/queries/api/list.ts'
import { FILE_LIST } from '#lib/queries/api/list-files.ts'
import { pageSchema } from '#lib/queries/api/shapes.ts'
import { withDatabase } from './databases.ts'
import { askPage, type Page, pageOf } from './page/page-client.ts'
import { zoneOf } from './page/page-runs.ts'
import { type CommandLine, defineVerb, readArguments } from './verb.ts'

const DEFAULT_LIMIT = 20

interface Asked {
  flow: string | undefined
  state: FileState | undefined
  limit: number
}

function readState(written: string | undefined): FileState | undefined {
  const known = FILE_STATES.find((state) => state === written)
  if (written === undefined || known !== undefined) return known
  throw new TidemarkError('invalid', { publicMessage: `There is no state "${written}". There is: ${FILE_STATES.join(', ')}.` })
}

function readLimit(written = String(DEFAULT_LIMIT)): number {
  if (/^[1-9]\d{0,2}$/.test(written)) return Number(written)
  throw new TidemarkError('invalid', { publicMessage: `"${written}" is not a number of files up to 999. Write one such as 50.` })
}

async function list(command: CommandLine, asked: Asked): Promise<number> {
  const page = pageOf(command)
  const { zone, files } = page === null ? await withDatabase(command, (ctx) => filesIn(ctx, asked)) : await filesAt(page, asked)
  if (files.length === 0) command.terminal.note('There is no such file.')
  for (const line of fileListInWords(files, zone)) command.terminal.print(line)
  return 0
}

async function filesIn(ctx: Context, asked: Asked) {
  return { zone: (await getPage(ctx.pool)).zone, files: (await getApiPage(ctx, FILE_LIST, asked)).items }
}

async function filesAt(page: Page, { flow, state, limit }: Asked): Promise<{ zone: string; files: ApiInboxFile[] }> {
  const asked = Object.entries({ flow, state, limit: String(limit) }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  const { items } = await askPage(page, `/files?${new URLSearchParams(asked)}`, pageSchema(inboxFileSchema))
  return { zone: await zoneOf(page), files: items }
}

async function retry(command: CommandLine, flow: string, file: string | null): Promise<number> {
  const page = pageOf(command)
  const retried =
    page === null
      ? await withDatabase(command, (ctx) => retryFiles(ctx, { flow, files: file === null ? null : [file] }))
      : (await askPage(page, `/flows/${encodeURIComponent(flow)}/files/retry`, filesRetriedSchema, file === null ? {} : { file })).retried
  command.terminal.print(
    retried === 0 ? 'There is nothing to try again.' : `${counted(retried, 'file')} will be read by the next run of ${flow}.`,
  )
  return 0
}

export default defineVerb({
  usage: '[flow] [--state state] [--limit n] | <flow> --retry all|<file>',
  summary: 'List the files in the inboxes of flows, the latest first, or try those that have failed again.',
  details: `A state is one of ${FILE_STATES.join(', ')}. Without --limit the last ${DEFAULT_LIMIT}. --retry takes the number of a file, or all that have failed.`,
  async run(args, command) {
    const options = { state: { type: 'string' }, limit: { type: 'string' }, retry: { type: 'string' } } as const
    const { values, positionals } = readArguments(args, options, { least: 0, most: 1 })
    const [flow] = positionals
    if (values.retry === undefined) return list(command, { flow, state: readState(values.state), limit: readLimit(values.limit) })
    if (flow === undefined) throw new TidemarkError('invalid', { publicMessage: 'Say of which flow: tidemark files <flow> --retry all.' })
    if (values.retry !== 'all' && !/^\d{1,18}$/.test(values.retry))
      throw new TidemarkError('invalid', {
        publicMessage: `"${values.retry}" is not the number of a file. Write it as the list has it, or all.`,
      })
    return retry(command, flow, values.retry === 'all' ? null : values.retry)
  },
})
