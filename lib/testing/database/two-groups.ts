import { randomUUID } from 'node:crypto'
import type { QueryResultRow } from 'pg'
import type { Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { edgesInSql } from './edges.ts'

const EVERY_NIGHT = JSON.stringify({
  days: { every: 'week', interval: 1, weekdays: [1, 2, 3, 4, 5, 6, 7] },
  from: '02:00',
  to: '04:00',
  firstDay: '2026-01-01',
  lastDay: null,
  zone: 'UTC',
})

/** SQL: a group with a feed, a source and a table in it, a connection of its own and a flow that ran; ids begin at `from`. The connection `lake` is shared. */
export function groupInSql(name: string, from: number): string {
  const run = randomUUID()
  return `
    insert into subject (id, kind, key, name, created_at) values
      (${from}, 'group', '${name}', '${name}', now()), (${from + 1}, 'feed', '${name}-feed', '${name}', now()),
      (${from + 2}, 'asset', '${name}-source/all', '${name}', now()), (${from + 3}, 'asset', 'lake/${name}', '${name}', now());
    insert into former_key values ('feed', 'old-${name}', ${from + 1});
    insert into connection_state (key, kind, probe_every_ms) values ('${name}-source', 'http', 1000);
    insert into flow (name, zone, "after", settings) values ('${name}-flow', 'UTC', '{}', '{"reads": ["${name}-source/all"], "writes": ["lake/${name}"], "on": [
      {"kind": "file", "source": "lake", "place": "${name}", "match": null, "by": "listing", "everyMs": 60000}]}');
    insert into feed (subject_id, group_id, owner) values (${from + 1}, ${from}, '${name}');
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path, flow) values
      (${from + 2}, ${from + 1}, 'source', '${name}-source', 'all', null), (${from + 3}, ${from + 1}, 'table', 'lake', '${name}', '${name}-flow');
    ${edgesInSql([from + 2, from + 3, 'flow'])};
    insert into found_asset (connection_key, path, kind, name, description, owner, labels, columns, found_at, changed_at)
      values ('lake', '${name}', 'table', '${name}', '${name}', '${name}', '{"folder": "${name}"}', '[{"name": "${name}_column", "type": "text", "description": "${name}"}]', now(), now());
    insert into push_dataset (namespace, name, told_at, asset_id, facets)
      values ('${name}', '${name}', now(), ${from + 2}, '{"columns": {"at": 1, "value": [{"name": "${name}_told", "type": null, "description": "${name}"}]}}');
    update asset set job = 'lake/${name}-job' where subject_id = ${from + 2};
    insert into subject_version values (${from + 2}, now(), '{"feed": "${name}-feed", "policies": [], "job": "lake/${name}-job"}');
    insert into external_run (connection_key, job, external_id, state, placed_at, error, url, writes, told_by, told_at)
      values ('lake', '${name}-job', '${name}', 'failed', now(), '${name}', 'https://${name}.example', '{${name}}', 'connection:lake', now());
    insert into external_job values ('lake', '${name}-job', '${name}');
    insert into subject_version values (${from + 3}, now(), '{"feed": "${name}-feed", "policies": [], "expect": {"column": "${name}", "of": ["${name}"], "eachMs": 1, "staleMs": 2, "withinMs": 864e5, "zone": "UTC"}}');
    insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind) values (${from + 3}, 'loadedAt', now(), now(), 'ledger', now(), 'arrival');
    insert into blind (asset_id, from_at, reason) values (${from + 2}, now(), 'probe-failed');
    insert into blind (connection_key, from_at, reason) values ('${name}-source', now(), 'source-unreachable');
    insert into maintenance_window (subject_id, kind, from_at, note) values (${from + 1}, 'paused', now(), '${name}');
    insert into maintenance_series (id, subject_id, rule, note, announced_by, created_at, expanded_to)
      values (${from}, ${from + 1}, '${EVERY_NIGHT}', '${name}', '${name}', now(), now());
    insert into maintenance_window (series_id, subject_id, kind, from_at, to_at, note, announced_by)
      values (${from}, ${from + 1}, 'maintenance', now() + interval '1 day', now() + interval '25 hours', '${name}', '${name}');
    insert into maintenance_window (flow, kind, from_at, note) values ('${name}-flow', 'paused', now(), '${name}');
    insert into status_span (subject_id, status, reason, from_at) values (${from + 1}, 'late', 'overdue', now());
    insert into status_change (subject_id, to_status, at, recorded_at, explanation) values (${from + 1}, 'late', now(), now(), '${name}');
    insert into day_status (subject_id, day, fresh_seconds, late_seconds, stale_seconds, unknown_seconds, maintenance_seconds, none_seconds)
      values (${from + 1}, '2026-11-20', 1, 0, 0, 0, 0, 0);
    insert into run (id, flow, trigger, scheduled_for, created_at, problem) values ('${run}', '${name}-flow', 'manual', now(), now(), '${name}');
    insert into job_of_run (run_id, connection_key, job, external_id, url, cancel_problem)
      values ('${run}', 'lake', '${name}-job', '${name}', 'https://${name}.example', '${name}');
    insert into run_task (run_id, attempt, name, state, started_at) values ('${run}', 1, '${name}', 'running', now());
    insert into run_log (run_id, attempt, at, level, message) values ('${run}', 1, now(), 'info', '${name}');
    insert into run_rejection (run_id, task, key, reason, at) values ('${run}', 'load', '${name}', 'no', now());
    with ordered as (
      insert into reload_order (feed_id, created_at, actor_kind, ordered_by, joined_by, reason, parameters)
        values (${from + 1}, now(), 'person', '${name}', '{${name}}', '${name}', '{"only": "${name}"}') returning id
    )
    insert into reload_step (order_id, position, flow, run_id, state, problem) select id, 1, '${name}-flow', '${run}', 'running', '${name}' from ordered;
    insert into incident (id, key, opened_at, opened_by, status, roots, statuses, entries, causes, related)
      values (${from}, 'connection:${name}-source@0', now(), 'connection:${name}-source', 'late', '[{"key": "connection:${name}-source", "since": 0, "from": 0, "to": null}]', '[]',
        '[{"at": 0, "kind": "opened", "roots": ["connection:${name}-source"], "assetIds": [${from + 3}], "cameFrom": null}]', '{connection:${name}-source}', '{}');
    insert into incident_member values (${from}, ${from + 3}, now(), null);
    insert into incident_said (incident_id, at, kind, said_by, actor_kind, words) values (${from}, now(), 'noted', '${name}', 'person', '{"text": "${name}"}');
    insert into incident_event (incident_id, kind, at, recorded_at, entry)
      values (${from}, 'opened', now(), now(), '{"at": 0, "kind": "opened", "roots": ["connection:${name}-source"], "assetIds": [${from + 3}], "cameFrom": null}');
    insert into asset_contract (asset_id, terms)
      values (${from + 3}, '{"onBreak": "stop", "address": "https://${name}/", "versions": [{"id": "${name}", "name": "${name}", "version": "1", "status": "active", "from": null, "owner": "${name}", "consumers": ["${name}"], "fields": []}]}');
    insert into asset_contract (asset_id, terms) values (${from + 2}, '{"onBreak": "stop", "versions": [
      {"id": "${name}", "name": "${name}", "version": "1", "status": "active", "from": null, "owner": "${name}", "consumers": [], "fields": [
        {"name": "${name}_column", "typeText": null, "type": null, "description": null, "isRequired": null, "isUnique": null, "isKey": null, "values": null}]},
      {"id": "${name}", "name": "${name}", "version": "2", "status": "active", "from": 32503680000000, "owner": "${name}", "consumers": [], "fields": []}]}');
    insert into contract_address (url, problem, problem_kind, problem_at, due_at) values ('https://${name}/', '${name}', 'bad', now(), now());
    insert into asset_shape (asset_id, seen_at, told_by, columns) values (${from + 3}, now(), 'discovery', '[{"name": "${name}", "type": "${name}", "description": null}]');
    insert into landed_shape (asset_id, landed_at, file, source, shape) values (${from + 3}, now(), '${name}', 'lake', '{"fields": []}');
    insert into contract_break (asset_id, from_at, status, version, words) values (${from + 3}, now(), 'late', '1', '${name}');
    insert into key_reading (asset_id, column_name, key, at, recorded_at, counts_from) values (${from + 3}, '${name}', '${name}', now(), now(), now());
    insert into deploy_note (at, subject_id, text, noted_by) values (now(), ${from + 1}, '${name}', '${name}');
    insert into report (feed_id, asset_id, at, text, reported_by) values (${from + 1}, ${from + 3}, now(), '${name}', '${name}');
    insert into inbox_file (flow_key, source, bucket, key, key_hash, version, state, reason, arrived_at, due_at)
      values ('${name}-flow', 'lake', '${name}', '${name}', '${name}', '1', 'failed', '${name}', now(), now());
    insert into push_inbox (received_at, token_id, kind, dedupe_key, event_at, body, tries, problem)
      values (now(), '${name}', 'flow', '${name}', now(), '{"flow": "${name}-flow"}', 5, '${name}');
    insert into left_out_message (flow_key, count, last_at, reason) values ('${name}-flow', 1, now(), '${name}');
    insert into file_look (connection_key, way, place, every_ms, due_at, problem) values ('lake', 'listing', '${name}', 60000, now(), '${name}');
    insert into audience_group values ('${name}', ${from});`
}

/** Two groups, one of which bears a mark wherever anything of it is named; `records` is an audience that sees the other. */
export async function fillTwoGroups(ctx: Context, mark: string): Promise<void> {
  const { whole } = ctx
  await whole.query(`insert into connection_state (key, kind, probe_every_ms) values ('lake', 'postgres', 1000)`)
  await whole.query(groupInSql('records', 1))
  await whole.query(groupInSql(mark, 11))
  await whole.query(
    "insert into maintenance_window (kind, from_at, to_at, note, announced_by) values ('maintenance', now(), now() + interval '1 hour', 'Seen by all', $1)",
    [mark],
  )
  const flows = { 'records-flow': { extract: 'records' }, [`${mark}-flow`]: { extract: mark } }
  await whole.query('insert into catalogue_version (accepted_at, hash, document, schema) values (now(), $1, $2, $3)', ['h', { flows }, {}])
  const problem = { file: mark, line: 1, message: mark, remedy: mark }
  await whole.query('insert into catalogue_state values (1, now(), null, $1)', [JSON.stringify([problem])])
  await putSetting(whole, 'page', { name: 'Campus', zone: 'UTC', readyBy: '08:00', url: 'http://localhost', demo: false })
  await putSetting(whole, 'access', 'private')
  await putSetting(whole, 'tell', { email: mark })
  await whole.query(
    "insert into audit (at, actor_kind, role, origin, action, target) values (now(), 'terminal', 'admin', 'terminal', 'run.request', $1)",
    [mark],
  )
  await whole.query(`insert into discovery (connection_key, problem) values ('${mark}-source', '${mark}')`)
  await whole.query(
    `insert into found_asset (connection_key, path, kind, name, found_at, changed_at) values ('${mark}-source', '${mark}', 'table', '${mark}', now(), now())`,
  )
  await whole.query(
    `insert into found_edge (connection_key, path, upstream, hint, found_at) values ('${mark}-source', '${mark}', '${mark}', 'view', now())`,
  )
  await whole.query('insert into adoption (asset_id, rule) values (4, $1), (14, $1)', [
    JSON.stringify({ file: 'tidemark.yaml', line: 3, yaml: mark }),
  ])
  await whole.query(`insert into outbox (channel, change_id, created_at, problem) select 'email', id, now(), '${mark}' from status_change`)
}

/** What readers of the audience `records` would see after a change; nothing of it is kept. */
export async function rowsSeenAfter<R extends QueryResultRow>({ whole }: Context, change: string, ...queries: string[]): Promise<R[]> {
  const client = await whole.connect()
  try {
    await client.query('begin')
    await client.query(change)
    await client.query(
      `select set_config('search_path', 'tidemark_audience, public', true), set_config('tidemark.audience', 'records', true)`,
    )
    const found: R[] = []
    for (const query of queries) found.push(...(await client.query<R>(query)).rows)
    return found
  } finally {
    await client.query('rollback')
    client.release()
  }
}
