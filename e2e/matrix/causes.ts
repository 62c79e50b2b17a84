import type { Context } from '#lib/db/context.ts'
import { notifyChange } from '#lib/db/listen.ts'
import type { Things } from './rules.ts'

/** Lets a feed turn, and a run of its flow go on. */
export async function causeChange({ whole }: Context, { feed, flow }: Things): Promise<void> {
  await whole.query(
    `insert into status_change (subject_id, from_status, to_status, at, recorded_at, explanation)
     select id, 'late', 'stale', now(), now(), $1 from subject where key = $1`,
    [feed],
  )
  await whole.query(
    "update status_span set status = case status when 'stale' then 'late' else 'stale' end where subject_id = (select id from subject where key = $1)",
    [feed],
  )
  await whole.query("update run set state = 'running', started_at = now() where flow = $1", [flow])
  await notifyChange(whole)
}

/** Lets everything that reads feeds as some see them fail, with an error that names what is hidden; the way back. */
export async function breakSight({ whole }: Context, mark: string, message: string): Promise<() => Promise<void>> {
  await whole.query(`
    create function matrix_fault() returns boolean language plpgsql as $$
      begin raise exception '${message}' using detail = '${mark}', hint = '${mark}', table = '${mark}'; end $$;
    alter view tidemark_audience.feed rename to feed_kept;
    create view tidemark_audience.feed as select * from tidemark_audience.feed_kept where public.matrix_fault()`)
  return async () => {
    await whole.query(`
      drop view tidemark_audience.feed;
      alter view tidemark_audience.feed_kept rename to feed;
      drop function matrix_fault()`)
  }
}
