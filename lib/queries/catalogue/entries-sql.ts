import { jobNameOfKeySql, jobNameSql } from '#lib/db/runs/job-names.ts'
import { CONTRACT_STANDINGS } from '#lib/domain/search/match.ts'
import { PUSHED } from '#lib/queries/shared/asset-columns.ts'
import { VERSIONS } from './contract-states-sql.ts'

const LINES = "E'\\n'"

const toldText = (columns: string) =>
  `lower(concat_ws(${LINES}, told_lines(${columns}, '$[*].name'), told_lines(${columns}, '$[*].description')))`

const promisedLines = (...paths: readonly string[]) =>
  `lower(concat_ws(${LINES}, ${paths.map((path) => `told_lines(t.terms, '${VERSIONS}${path}')`).join(', ')}))`

/** What is said of promised fields, and of those within others. */
const FIELD_TEXTS = ['.fields[*]', '.nested[*]'].flatMap((path) =>
  ['name', 'description', 'classification', 'tags[*]'].map((text) => `${path}.${text}`),
)

/** By what contracts are found as such. */
const STANDING = `case when t.asset_id is not null then
  case when exists (select from contract_break b where b.asset_id = t.asset_id and b.to_at is null) then '${CONTRACT_STANDINGS.broken}' else '${CONTRACT_STANDINGS.any}' end end`

const FEED_PLACE = `
  select f.subject_id as feed_id, s.key, s.name, g.key as "group", f.owner, lower(concat_ws(${LINES}, f.owner, s.name, s.key, g.name, g.key)) as place,
    lower(concat_ws(${LINES}, f.owner, g.name, g.key)) as above
  from feed f join subject s on s.id = f.subject_id and s.removed_at is null join subject g on g.id = f.group_id`

const CONNECTION_PLACE = `select x.key, x.removed_at, lower(concat_ws(${LINES}, x.key, x.kind)) as place from connection_state x`

const ASSETS = `
  select a.asset_kind as kind, s.id, a.connection_key as connection, a.path, s.key, s.name, lower(s.name || E'\\n' || s.key) as head,
    case when f.gone_at is not null or o.gone_at is not null then 'gone' else 'adopted' end as state, coalesce(sp.status, 'none') as status,
    fp."group", fp.owner, concat_ws(${LINES}, fp.place, c.place, lower(a.flow), lower(a.job), lower(${jobNameOfKeySql('a.job')}), f.place_text,
      ${promisedLines('.name', '.id', '.owner', '.description', '.consumers[*]')}, ${STANDING}) as places,
    concat_ws(${LINES}, case when f.columns <> '[]' then f.column_text else ${toldText('p.columns')} end,
      ${promisedLines(...FIELD_TEXTS)}) as columns,
    lower(s.why) as why, coalesce(lower(s.description), nullif(f.about_text, ''), lower(p.description)) as about
  from asset a
  join subject s on s.id = a.subject_id and s.removed_at is null
  join feed_place fp on fp.feed_id = a.feed_id
  left join connection_place c on c.key = a.connection_key
  left join found_asset f on f.connection_key = a.connection_key and f.path = a.path
  left join adoption o on o.asset_id = a.subject_id
  left join pushed p on p.asset_id = a.subject_id
  left join asset_contract t on t.asset_id = a.subject_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null`

/** Nobody's promise: of a connection that is still there, and nowhere in the catalogue. */
const FOUND = `
  select f.kind, null, f.connection_key, f.path, f.connection_key || '/' || f.path, f.name, lower(f.name || E'\\n' || f.connection_key || '/' || f.path),
    case when f.gone_at is null then 'found' else 'gone' end, null, null, f.owner,
    concat_ws(${LINES}, c.place, lower(f.job), lower(${jobNameSql('f.connection_key', 'f.job')}), f.place_text), f.column_text, null, f.about_text
  from found_asset f
  join connection_place c on c.key = f.connection_key and c.removed_at is null
  where $1::boolean and not exists (
    select from asset a join subject s on s.id = a.subject_id and s.removed_at is null where a.connection_key = f.connection_key and a.path = f.path)`

const FEEDS = `
  select 'feed', s.id, null, null, s.key, s.name, lower(s.name || E'\\n' || s.key), 'adopted', coalesce(sp.status, 'none'), fp."group", fp.owner, fp.above, null, lower(s.why), lower(s.description)
  from feed_place fp join subject s on s.id = fp.feed_id left join status_span sp on sp.subject_id = s.id and sp.to_at is null`

const GROUPS = `
  select 'group', s.id, null, null, s.key, s.name, lower(s.name || E'\\n' || s.key), 'adopted', coalesce(sp.status, 'none'), s.key, null, null, null, lower(s.why), lower(s.description)
  from subject s left join status_span sp on sp.subject_id = s.id and sp.to_at is null where s.kind = 'group' and s.removed_at is null`

/** What a flow touches, as lines. */
export const FLOW_TOUCHES = `concat_ws(${LINES},
  told_lines(x.settings -> 'reads', '$[*]'), told_lines(x.settings -> 'writes', '$[*]'), told_lines(x.settings -> 'connections', '$.*'))`

const FLOWS = `
  select 'flow', null, null, null, x.name, x.name, lower(x.name || E'\\n' || x.name), 'adopted', null, null, null, lower(${FLOW_TOUCHES}), null, lower(x.settings ->> 'why'), null
  from flow x where x.removed_at is null`

const CONNECTIONS = `
  select 'connection', null, x.key, null, x.key, coalesce(x.name, x.key), lower(coalesce(x.name, x.key) || E'\\n' || x.key), 'adopted', null, null, null, lower(x.kind), null, lower(x.settings ->> 'why'), null
  from connection_state x where x.removed_at is null`

/**
 * SQL: the common table `entry`, all that a reader may find with the texts a search reads, in small letters. `$1`: whether what is only found is theirs to
 * see. Everything that hides a row stands in here, so that nothing is counted, ranked or cut off before it is theirs. The offset keeps the words out of how it
 * is planned: several of them are thought to be in hardly anything, and then each of ten thousand rows would be joined one by one.
 */
export const ENTRIES = `feed_place as materialized (${FEED_PLACE}), connection_place as materialized (${CONNECTION_PLACE}), pushed as (${PUSHED}),
  entry as (select * from (${[ASSETS, FOUND, FEEDS, GROUPS, FLOWS, CONNECTIONS].join(' union all ')}) x offset 0)`

/** SQL about `entry e`: every pattern of `$2` is somewhere in it, hyphens or not. */
export const HAS_ALL_WORDS = `replace(concat_ws(${LINES}, e.head, e.places, e.columns, e.why, e.about), '-', '') like all ($2::text[])`
