/**
 * SQL: the newest id of a table as a reader sees it, 0 where they see none. By its order, not by max(id): through a view that would read every
 * row there is.
 */
export function newestId(table: 'arrival' | 'status_change' | 'status_span'): string {
  // Who sees nothing at all has none; without the question it would be looked for to the end.
  return `coalesce((select id from ${table} where exists (select 1 from subject) order by id desc limit 1), 0)`
}
