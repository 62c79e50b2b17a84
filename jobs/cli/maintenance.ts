import { endSeries } from '#lib/commands/windows/change-series.ts'
import { closeWindow } from '#lib/commands/windows/close-window.ts'
import type { WindowSubject } from '#lib/commands/windows/matter.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import { planSeries } from '#lib/commands/windows/plan-series.ts'
import type { Context } from '#lib/db/context.ts'
import { getPage } from '#lib/db/settings.ts'
import { readAnnouncedWork } from '#lib/domain/freshness/announced-work.ts'
import { announcedWorkInWords } from '#lib/domain/freshness/announced-work-in-words.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { longTime } from '#lib/domain/wording/dates.ts'
import { getMaintenancePage, type MaintenancePage, type WindowRow } from '#lib/queries/pages/maintenance-page.ts'
import { withDatabase } from './databases.ts'
import { requirePausable } from './subjects.ts'
import { defineVerb, readArguments } from './verb.ts'

const OPTIONS = {
  for: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  on: { type: 'string' },
  at: { type: 'string' },
  every: { type: 'string' },
  first: { type: 'string' },
  last: { type: 'string' },
  note: { type: 'string' },
  end: { type: 'string' },
} as const

type Values = Partial<Record<keyof typeof OPTIONS, string>>

/** The options as the fields of a form. */
function fieldsOf(values: Values): Record<string, string | undefined> {
  if (values.on === undefined) return { ...values, when: values.from === undefined ? 'now' : 'once' }
  const [begins, ends] = (values.at ?? '').split('-')
  const isDay = /^\d+$/.test(values.on)
  const days = isDay ? { monthDay: values.on } : Object.fromEntries(values.on.split(',').map((day) => [day.trim(), 'on']))
  return { ...values, ...days, when: 'recurring', days: isDay ? 'month' : 'week', interval: values.every, begins, ends }
}

async function announce(ctx: Context, words: string, values: Values): Promise<string> {
  const { zone } = await getPage(ctx.pool)
  const now = ctx.clock.now()
  const work = readAnnouncedWork(fieldsOf(values), zone, now)
  if ('problems' in work) throw new TidemarkError('invalid', { publicMessage: work.problems.join(' ') })
  const found = words === 'everything' ? null : await requirePausable(ctx, words)
  const subject: WindowSubject | null = found === null ? null : { kind: found.kind, key: found.key }
  const note = values.note ?? null
  if (work.kind === 'recurring') await planSeries(ctx, { subject, recurrence: work.recurrence, note })
  else await openWindow(ctx, { subject, kind: 'maintenance', from: work.from, to: work.to, note })
  return `${found?.name ?? 'Everything'} is announced to be under maintenance. ${announcedWorkInWords(work, zone, now)}`
}

async function end(ctx: Context, which: string): Promise<string> {
  const [, kind, id] = /^(window|series):([1-9]\d{0,8})$/.exec(which) ?? []
  if (kind === 'window') await closeWindow(ctx, { windowId: Number(id) })
  else if (kind === 'series') await endSeries(ctx, { seriesId: Number(id) })
  else throw new TidemarkError('invalid', { publicMessage: `"${which}" is none. Write window:7 or series:2, as they are listed.` })
  return 'It is ended.'
}

function listInWords({ running, planned, series }: MaintenancePage, zone: string, now: Instant): string[] {
  const time = (at: Instant | null) => (at === null ? 'until somebody ends it' : longTime(at, zone, now))
  const subject = (of: WindowRow['subject']) => (of === null ? 'everything' : `${of.kind}:${of.key}`)
  const why = (note: string | null) => (note === null ? '' : `: ${note}`)
  return [
    ...[...running, ...planned].map(
      (one) => `window:${one.id}  ${subject(one.subject)}  ${one.kind}, ${time(one.from)} – ${time(one.until)}${why(one.note)}`,
    ),
    ...series.map((one) => {
      const next = one.next === null ? '' : `, next ${time(one.next)}`
      return `series:${one.id}  ${subject(one.subject)}  ${one.words}${next}${why(one.note)}`
    }),
  ]
}

export default defineVerb({
  usage: '[<subject> | everything] [--for duration | --from time --to time | --on days --at 02:00-04:00] [--note text] | --end window:7',
  summary: 'List maintenance and pauses; announce maintenance of something or of everything, once or again and again; end it.',
  details: [
    'Without a subject it lists what goes on, is planned and comes again. Times are those that the clocks of the page show.',
    '--on sun or --on mon,thu comes each week, --on 15 each month (31 is the last day); --every 2 makes it every second one, --first and --last bound it.',
    '--end window:7 ends or withdraws one, --end series:2 what comes again.',
  ].join('\n'),
  async run(args, command) {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 0, most: 1 })
    const [subject] = positionals
    return withDatabase(command, async (ctx) => {
      const { terminal } = command
      if (values.end !== undefined) terminal.print(await end(ctx, values.end))
      else if (subject !== undefined) terminal.print(await announce(ctx, subject, values))
      else {
        const lines = listInWords(await getMaintenancePage(ctx), (await getPage(ctx.pool)).zone, ctx.clock.now())
        if (lines.length === 0) terminal.note('Nothing is paused or announced.')
        for (const line of lines) terminal.print(line)
      }
      return 0
    })
  },
})
