import type { ClientBase } from 'pg'

interface DepartmentTable {
  name: string
  columns: string
  /** Brings it up to $1, also after a long time off; filling twice changes nothing. */
  fill: string
}

/** SQL function: a number in [0, n), fixed for the text. */
const PICK = `create or replace function public.pick(seed text, n int) returns int language sql immutable as
  $$select ((hashtextextended(seed, 7) & 1048575) % n)::int$$`

/** Working days up to yesterday that a table does not hold yet. */
function newDays(table: string, column: string, days: number): string {
  return `(select day::date as day from generate_series(
      greatest((select coalesce(max(${column}) + 1, '-infinity'::date) from ${table}), ($1::timestamptz at time zone 'America/New_York')::date - ${days}),
      ($1::timestamptz at time zone 'America/New_York')::date - 1, interval '1 day') day
    where extract(isodow from day) < 6) days`
}

export const DEPARTMENT_TABLES: readonly DepartmentTable[] = [
  {
    name: 'registrar.enrolments',
    columns: 'subject text, career text, students int not null, counted_on date not null, primary key (subject, career)',
    fill: `insert into registrar.enrolments
      select subject, career, 20 + public.pick(subject || career || $1::timestamptz::date, 900), $1::timestamptz::date
      from unnest(array['ARTH','BIOL','CHEM','CS','ECON','ENGL','HIST','MATH','PHYS','PSYC','SOCI','THEA']) subject, unnest(array['UGRD','GRAD']) career
      on conflict (subject, career) do update set students = excluded.students, counted_on = excluded.counted_on
      where enrolments.counted_on < excluded.counted_on`,
  },
  {
    name: 'bursar.payments',
    columns:
      'payment_id text primary key, account text not null, amount numeric(10, 2) not null, method text not null, posted_on date not null',
    fill: `insert into bursar.payments
      select 'P' || to_char(day, 'YYMMDD') || lpad(n::text, 3, '0'), 'A' || (100000 + public.pick('account' || day || n, 40000)),
        50 + public.pick('amount' || day || n, 900000) / 100.0, (array['card','ach','wire','cash'])[1 + public.pick('method' || day || n, 4)], day
      from ${newDays('bursar.payments', 'posted_on', 60)}, generate_series(1, 40) n on conflict do nothing`,
  },
  {
    name: 'bursar.refunds',
    columns: 'refund_id text primary key, account text not null, amount_cents int not null, approved_on date not null',
    fill: `insert into bursar.refunds
      select 'R' || to_char(day, 'YYMMDD') || lpad(n::text, 2, '0'), 'A' || (100000 + public.pick('refund' || day || n, 40000)),
        1000 + public.pick('cents' || day || n, 300000), day
      from ${newDays('bursar.refunds', 'approved_on', 30)}, generate_series(1, 8) n on conflict do nothing`,
  },
  {
    name: 'housing.assignments',
    columns: 'bed text primary key, hall text not null, room text not null, taken boolean not null, changed_at timestamptz not null',
    fill: `insert into housing.assignments
      select hall || '-' || room || side, hall, room::text, public.pick(hall || room || side || $1::timestamptz::date, 20) > 0, $1::timestamptz
      from unnest(array['Alder','Birch','Cedar','Maple','Rowan']) hall, generate_series(101, 260) room, unnest(array['A','B']) side
      on conflict (bed) do update set taken = excluded.taken, changed_at = excluded.changed_at
      where assignments.changed_at < date_trunc('day', excluded.changed_at) and assignments.taken <> excluded.taken`,
  },
  {
    name: 'student_affairs.event_checkins',
    columns: 'checkin_id text primary key, event text not null, visitors int not null, held_on date not null',
    fill: `insert into student_affairs.event_checkins
      select 'E' || to_char(day, 'YYMMDD') || n, (array['Film night','Club fair','Open stage','Career talk','Volunteer day'])[1 + public.pick('event' || day || n, 5)],
        5 + public.pick('visitors' || day || n, 300), day
      from ${newDays('student_affairs.event_checkins', 'held_on', 90)}, generate_series(1, 3) n on conflict do nothing`,
  },
]

/** Makes the departments' tables and fills them up to an instant. */
export async function fillDepartmentTables(sql: ClientBase, now: Date): Promise<void> {
  await sql.query(PICK)
  for (const { name, columns, fill } of DEPARTMENT_TABLES) {
    await sql.query(`create schema if not exists ${name.split('.')[0]}`)
    await sql.query(`create table if not exists ${name} (${columns})`)
    await sql.query(fill, [now])
  }
}
