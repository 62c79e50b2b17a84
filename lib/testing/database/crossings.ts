import { edgesInSql } from './edges.ts'

const brokenInSql = (mark: string) => `'it is gone (promised by "${mark}"; read by "${mark}-source", "Somebody" and "records")'`

/** SQL: where, of the two groups of `fillTwoGroups`, what is seen touches what bears the mark. */
export const crossingsInSql = (mark: string) => `
  ${edgesInSql([14, 3], [4, 13], [3, 4, 'openlineage', `connection:${mark}-source`])};
  insert into status_span (subject_id, status, reason, from_at) values (14, 'stale', 'key-overdue', '2026-11-01');
  insert into subject_version values (3, '2026-01-01', '{"feed": "${mark}-feed", "flow": "${mark}-flow", "policies": []}');
  insert into subject_version values (2, '2026-01-01', '{"group": "${mark}"}');
  update flow set "after" = '{${mark}-flow}', settings = settings || '{"source": {"file": "a", "line": 1, "yaml": "after: ${mark}-flow"}}' where name = 'records-flow';
  update feed set settings = '{"promise": "daily", "source": {"file": "a", "line": 1, "yaml": "from: ${mark}"}}' where subject_id = 2;
  update run set waiting_for = 'Waits for the run of ${mark}-flow that comes before it.', internal_problem = '${mark}' where flow = 'records-flow';
  update run set state = 'partial', started_at = now(), ended_at = now() where flow = '${mark}-flow';
  insert into run (id, flow, trigger, scheduled_for, created_at) values (gen_random_uuid(), '${mark}-flow', 'manual', now() + interval '1 s', now());
  update catalogue_version set schema = '{"properties": {"flows": {"properties": {"${mark}-flow": {}}}}}', actor = '${mark}', read_from = '${mark}';
  insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind, run_id) select 4, 'writtenAt', now(), now(), 'ledger', now(), 'arrival', id from run where flow = '${mark}-flow';
  insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind)
    select id, 'dataThroughAt', now(), now(), kind || ':${mark}-source', now(), 'arrival' from (values (4), (14)) as told(id), (values ('connection'), ('job')) as by(kind);
  insert into person (id, email, name, created_at, updated_at) values ('${mark}', '${mark}@campus.example', '${mark}', now(), now());
  insert into setting values ('people', '{"roles": [], "audiences": [{"audience": "${mark}", "for": {"oidc": [], "people": ["${mark}@campus.example"]}}], "oidc": null, "mail": null}');
  insert into incident (id, key, opened_at, opened_by, status, roots, statuses, entries, causes, related)
    values (21, 'connection:${mark}-source@9', now(), 'connection:${mark}-source', 'stale', '[{"key": "connection:${mark}-source", "since": 0, "from": 0, "to": null}]', '[]',
      '[{"at": 0, "kind": "opened", "roots": ["connection:${mark}-source"], "assetIds": [4, 14], "cameFrom": null}]', '{connection:${mark}-source}', '{connection:${mark}-source@0}');
  insert into incident_member values (21, 4, now(), null), (21, 14, now(), null);
  insert into incident_said (incident_id, at, kind, said_by, actor_kind, words) values (21, now(), 'noted', '${mark}', 'person', '{"text": "${mark}"}');
  update asset_contract set terms = jsonb_set(terms, '{versions,0,consumers}', '["records", "${mark}", "Somebody", "${mark}-flow"]') where asset_id = 4;
  update contract_break set words = ${brokenInSql(mark)} where asset_id = 4;
  update status_change set explanation = 'Stale: its contract is broken: ' || ${brokenInSql(mark)} where subject_id = 2;
  update asset set verdict = jsonb_build_object('explanation', 'Stale: its contract is broken: ' || ${brokenInSql(mark)}) where subject_id = 4;
  insert into worker_state values ('w', now(), now(), null, '{"runs": ["${mark}"]}')`
