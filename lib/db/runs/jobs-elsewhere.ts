import type { Sql } from '#lib/db/context.ts'
import type { ReloadScope } from '#lib/domain/orders/steps-to-reload.ts'
import { isOfJobSql } from './external-runs.ts'
import { jobNameOfKeySql } from './job-names.ts'

/** A job that nobody can start from here, as far as it is seen: what it writes, whom to ask, and where somebody starts it. */
export interface JobElsewhere {
  /** `<connection>/<job>`. */
  job: string
  /** What its system calls it, where that is another word. */
  jobName: string | null
  /** It writes something of the feed itself. */
  isOwn: boolean
  writes: { key: string; name: string }[]
  /** Of the first feed that it writes. */
  owner: string | null
  /** The page of its last run in its own system. */
  url: string | null
}

const ELSEWHERE = `
  select j.job, ${jobNameOfKeySql('j.job')} as "jobName", w.writes, w.owner,
    (select r.url from external_run r where ${isOfJobSql('r', 'j.job')} and r.url is not null order by r.placed_at desc limit 1) as url
  from unnest($1::text[]) with ordinality as j(job, place) cross join lateral (
    select json_agg(json_build_object('key', s.key, 'name', s.name) order by s.position, s.id) as writes,
      (array_agg(f.owner order by s.position, s.id) filter (where f.owner is not null))[1] as owner
    from asset a join subject s on s.id = a.subject_id and s.removed_at is null join feed f on f.subject_id = a.feed_id where a.job = j.job
  ) w
  where w.writes is not null order by j.place`

/** Those of these jobs that whoever asks sees. */
export async function loadJobsElsewhere(sql: Sql, jobs: ReloadScope['elsewhere']): Promise<JobElsewhere[]> {
  if (jobs.length === 0) return []
  const { rows } = await sql.query<Omit<JobElsewhere, 'isOwn'>>(ELSEWHERE, [jobs.map(({ job }) => job)])
  return rows.map((row) => ({ ...row, isOwn: jobs.some(({ job, isOwn }) => job === row.job && isOwn) }))
}
