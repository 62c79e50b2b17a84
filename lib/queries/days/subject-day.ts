import type { Context } from '#lib/db/context.ts'
import { pastCauseFirst, pastReasonInWords } from '#lib/domain/wording/past-cause-words.ts'
import { capital, endsSentence } from '#lib/domain/wording/sentences.ts'
import type { ApiDay } from '#lib/queries/api/day-answers.ts'
import type { SubjectName } from '#lib/queries/pages/subject-bars.ts'
import { getDayWindow } from '#lib/queries/shared/day-window.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'
import { type DayCause, getDayCauses, getTroubledFeeds, type Troubled } from './day-causes.ts'
import { type DaySubject, getDayFeeds, getDaySubjects } from './day-feeds.ts'
import { type DayPassed, passedOf } from './day-passed.ts'

const ASKED = `
  select s.id, s.kind, s.key, array(
    select a.subject_id from asset a join feed f on f.subject_id = a.feed_id
    where a.subject_id = s.id or (a.promised and s.id in (a.feed_id, f.group_id)) order by a.subject_id) as "assetIds"
  from subject s where s.kind = $1 and s.key = $2 and s.removed_at is null`

/** What broke on a day, and why: of one subject, or of every feed. Null where there is no such subject, or the day is none of the ninety that are kept. */
export async function getSubjectDay(ctx: Context, day: string, subject: SubjectName | null): Promise<ApiDay | null> {
  const page = await getPageSettings(ctx)
  const passed = page === null ? null : passedOf(day, await getDayWindow(ctx, page))
  if (passed === null) return null
  const asked = subject === null ? await allFeeds(ctx, passed) : await oneSubject(ctx, passed, subject)
  if (asked === null) return null
  const causes = await getDayCauses(ctx, asked.troubled)
  return { day, from: toTime(passed.start), until: toTime(passed.until), causes: causes.map((cause) => toAnswer(cause, asked.keys)) }
}

interface Those {
  troubled: Troubled[]
  keys: ReadonlyMap<number, string>
}

async function allFeeds(ctx: Context, passed: DayPassed): Promise<Those> {
  const feeds = await getDayFeeds(ctx, passed)
  return { troubled: await getTroubledFeeds(ctx, feeds), keys: new Map(feeds.map(({ id, key }) => [id, `feed:${key}`])) }
}

async function oneSubject(ctx: Context, passed: DayPassed, { kind, key }: SubjectName): Promise<Those | null> {
  const { rows } = await ctx.pool.query<Pick<Troubled, 'id' | 'assetIds'>>(ASKED, [kind, key])
  const [row] = rows
  if (row === undefined) return null
  const found: DaySubject | undefined = (await getDaySubjects(ctx, passed, [row.id])).get(row.id)
  return { troubled: [{ ...row, troubles: found?.troubles ?? [] }], keys: new Map([[row.id, `${kind}:${key}`]]) }
}

const toTime = (at: number) => new Date(at).toISOString()

function toAnswer({ kind, key, name, since, reason, says, run, held, incident }: DayCause, keys: Those['keys']): ApiDay['causes'][number] {
  const why = says ?? (reason === null ? null : `${capital(pastReasonInWords(reason))}.`)
  const words = `${pastCauseFirst({ kind, name })}${why === null ? '.' : `: ${why}`}`
  return {
    ...{ kind, key: key === '' ? null : key, name, since: toTime(since), run, incident },
    words: endsSentence(words) ? words : `${words}.`,
    heldBack: held.map(({ id, trouble }) => ({
      subject: keys.get(id) ?? '',
      status: trouble.worst,
      from: toTime(trouble.from),
      to: toTime(trouble.to),
    })),
  }
}
