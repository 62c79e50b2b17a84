import { exitCodeOf } from '#jobs/cli/run/follow.ts'
import { askedInWords, goesOnInWords, runInWords } from '#jobs/cli/run/in-words.ts'
import { isEnded, isRunId } from '#lib/domain/runs/run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import {
  type ListedRun,
  listedRunSchema,
  runCancelledSchema,
  runRequestedSchema,
  runSchema,
  statusJsonSchema,
} from '#lib/queries/api/answers.ts'
import type { ApiPage } from '#lib/queries/api/list.ts'
import { PAGE_ITEMS_MAX } from '#lib/queries/api/questions.ts'
import { pageSchema } from '#lib/queries/api/shapes.ts'
import { type RunFilter, type RunList, runListQuestions, toRunList } from '#lib/queries/runs/run-list-questions.ts'
import { askPage, type Page } from './page-client.ts'

const LOOK_EVERY_MS = 2 * SECOND_MS

/** The zone that the page tells times in. */
export async function zoneOf(page: Page): Promise<string> {
  return (await askPage(page, '/status', statusJsonSchema)).page.zone
}

/** The runs of a page: what is under way, and up to `limit` that have ended. */
export async function runsAt(page: Page, { flow, state }: Pick<RunFilter, 'flow' | 'state'>, limit: number): Promise<RunList> {
  const list = await pageOfRuns(page, { flow, system: null, state, before: null }, limit)
  while (list.next !== null && list.ended.length < limit) {
    const more = await pageOfRuns(page, { flow, system: null, state, before: list.next }, limit - list.ended.length)
    list.ended.push(...more.ended)
    list.next = more.next
  }
  return list
}

async function pageOfRuns(page: Page, filter: RunFilter, limit: number): Promise<RunList> {
  const { underWay, ended } = runListQuestions(filter, Math.min(limit, PAGE_ITEMS_MAX))
  const pages = await Promise.all([underWay && askRuns(page, underWay), askRuns(page, ended)])
  return toRunList(page.command.clock.now(), ...pages)
}

function askRuns(page: Page, question: Record<string, string | number | boolean | undefined>): Promise<ApiPage<ListedRun>> {
  const asked = Object.entries(question).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return askPage(page, `/runs?${new URLSearchParams(asked)}`, pageSchema(listedRunSchema))
}

/** Asks the page for a run; where `isWatched`, tells how it goes until it ends: 0 completed, 2 partial, 1 anything else. */
export async function runAt(page: Page, flow: string, parameters: Record<string, unknown>, isWatched: boolean): Promise<number> {
  const { terminal } = page.command
  const { run, waitsFor, joined } = await askPage(page, `/flows/${encodeURIComponent(flow)}/runs`, runRequestedSchema, { parameters })
  terminal.print(run)
  terminal.note(askedInWords(flow, { waitsFor, isJoined: joined }))
  return isWatched ? followAt(page, run) : 0
}

/** Cancels a run of the page by its id or, where only one is under way, by its flow. */
export async function cancelAt(page: Page, words: string, isWatched: boolean): Promise<number> {
  const id = isRunId(words) ? words : await onlyRunOf(page, words)
  const { state } = await askPage(page, `/runs/${id}/cancel`, runCancelledSchema, {})
  page.command.terminal.print(state === 'cancelled' ? 'The run is cancelled.' : `The run is being cancelled: ${id}.`)
  if (isWatched && state === 'cancelling') await followAt(page, id)
  return 0
}

async function onlyRunOf(page: Page, flow: string): Promise<string> {
  const { items: underWay } = await askRuns(page, { flow, ended: false })
  const [first, second] = underWay
  if (first === undefined)
    throw new TidemarkError('not-found', { publicMessage: `Nothing is under way that is called "${flow}": no run, no flow.` })
  if (second === undefined) return first.id
  const choices = underWay.map((run) => `${run.id} (${run.state})`).join(', ')
  throw new TidemarkError('invalid', { publicMessage: `${flow} has several runs. Name one: ${choices}.` })
}

async function followAt(page: Page, id: string): Promise<number> {
  const { terminal, clock, signal } = page.command
  let told = ''
  for (;;) {
    const run = await askPage(page, `/runs/${id}`, runSchema)
    const words = runInWords(run)
    if (isEnded(run.state)) {
      terminal.print(words)
      return exitCodeOf(run.state)
    }
    if (words !== told) terminal.note(words)
    told = words
    await clock.sleep(LOOK_EVERY_MS, signal)
    if (!signal.aborted) continue
    terminal.note(goesOnInWords(id))
    return 1
  }
}
