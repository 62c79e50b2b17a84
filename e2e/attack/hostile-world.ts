import { randomBytes } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { groupInSql } from '#lib/testing/database/two-groups.ts'
import { named, thingsOf } from '../matrix/actors.ts'
import type { Things } from '../matrix/rules.ts'
import { yesterday } from './routes.ts'

/** Stands in every hostile text, so that what was not shown at all is no proof. */
export const MARK = `taken-${randomBytes(4).toString('hex')}`
/** What would set the title of the page, were it taken for markup anywhere: in a document, its title, an attribute, a script or a CDATA section. */
export const MARKUP = `]]></title></script><img src=x onerror="document.title='${MARK}'"><script>document.title='${MARK}'</script>`
/** Any of these in an answer that is a document: the text was taken for markup. */
export const TAKEN_FOR_MARKUP = /<img src=x|<script>document\.title/i
/** What a terminal obeys, and what turns the direction of a line. */
export const OBEYED = `\u001b]0;${MARK}\u0007\u001b[2J\u009b31m\u202egnp\u2066\b`
export const IS_OBEYED = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u

/** A text that means something to SQL wherever it came to stand, and stands nowhere. */
export const SQL = `\\' or '1'='1' union select "token_hash" from invitation; drop table subject cascade; select pg_sleep(60); -- $1`
/** What no answer says: words of the database, and what only it holds. */
export const WORDS_OF_DATABASE = /syntax error|unterminated|SQLSTATE|invalid input syntax|violates|relation "|pg_catalog|token_hash"\s*:/i

const NAME = 'hostile'

/** What stands for each variable part of an address. */
export const HOSTILE: Things & Record<'token' | 'person' | 'invitation' | 'form' | 'day', string> = {
  ...named(NAME),
  ...{
    day: yesterday(),
    run: '',
    order: '',
    token: 'a-token-that-nobody-has',
    person: 'nobody',
    invitation: '0',
    form: 'badge.svg',
  },
}

/** Every text there is for people to read, where it may be changed. */
const TEXTS: Record<string, readonly string[]> = {
  subject: ['name', 'description', 'why'],
  feed: ['owner'],
  asset: ['problem'],
  found_asset: ['description', 'owner'],
  connection_state: ['problem', 'check_detail'],
  maintenance_window: ['note', 'announced_by'],
  maintenance_series: ['note', 'announced_by'],
  run: ['problem', 'waiting_for', 'requested_by'],
  run_task: ['name', 'problem'],
  run_log: ['message'],
  run_rejection: ['key', 'reason'],
  reload_order: ['ordered_by', 'reason'],
  reload_step: ['problem'],
  status_change: ['explanation'],
  outbox: ['problem'],
  inbox_file: ['bucket', 'key', 'reason'],
  file_look: ['problem'],
  left_out_message: ['reason'],
  push_inbox: ['problem'],
  deploy_note: ['text', 'noted_by'],
  report: ['text', 'reported_by'],
}

/** A group with everything that belongs to one; then every text that anybody reads anywhere is markup. */
export async function fillHostileWorld(ctx: Context): Promise<void> {
  const { whole } = ctx
  await whole.query(`insert into connection_state (key, kind, probe_every_ms) values ('lake', 'postgres', 1000)`)
  await whole.query(groupInSql(NAME, 901))
  for (const [table, columns] of Object.entries(TEXTS))
    await whole.query(`update ${table} set ${columns.map((name) => `${name} = $1`).join(', ')}`, [MARKUP])
  await whole.query('update feed set runbook = $1', [`https://runbook.example/?${MARKUP}`])
  await putSetting(whole, 'page', { name: MARKUP, zone: 'UTC', readyBy: '08:00', url: 'http://localhost:3000', demo: false })
  const problem = { file: MARKUP, line: 1, message: MARKUP, remedy: MARKUP }
  await whole.query('update catalogue_state set problems = $1', [JSON.stringify([problem])])
  await whole.query(
    `insert into audit (at, actor_kind, actor, actor_id, role, origin, action, target, reason, before, after, refusal, address)
     values (now(), 'person', $1, $1, 'admin', 'page', 'feed.reload', $1, $1, $2, $2, $1, $1)`,
    [MARKUP, JSON.stringify({ [MARKUP]: MARKUP })],
  )
  Object.assign(HOSTILE, await thingsOf(ctx, NAME))
  await whole.query(
    `insert into incident_said (incident_id, at, kind, said_by, actor_kind, words)
     select $1, now(), kind, $2, 'person', $3 from unnest('{acknowledged,assigned,updated,noted,postmortem}'::text[]) kind`,
    [HOSTILE.incident, MARKUP, JSON.stringify({ text: MARKUP, to: MARKUP })],
  )
}

/** What the web writes by itself as time goes by, as conditions that leave it out: that it receives. */
const BY_ITSELF: Readonly<Record<string, string>> = { setting: ` where key <> 'receiver'` }

/** What stands in each table, as one short text. */
export async function contentsOf({ whole }: Context, but: readonly string[] = []): Promise<Record<string, string>> {
  const { rows: tables } = await whole.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1`,
  )
  const looks = tables
    .filter(({ name }) => !but.includes(name))
    .map(
      ({ name }) =>
        `select '${name}' as name, count(*) || ' ' || md5(coalesce(string_agg(t::text, ' ' order by t::text), '')) as said from "${name}" t${BY_ITSELF[name] ?? ''}`,
    )
  const { rows } = await whole.query<{ name: string; said: string }>(looks.join(' union all '))
  return Object.fromEntries(rows.map(({ name, said }) => [name, said]))
}
