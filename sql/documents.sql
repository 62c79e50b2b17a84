-- How documents of one kind are kept in the lake: raw → xform → curated. Idempotent; applied before the file of each kind.

-- Makes the tables of a kind, as far as they are not there: `keys` are the definitions of its key columns, `groups` the column that says
-- whom a document belongs to, `fence` a condition that a document of the history or of a service has to meet; `service_first` is the order
-- of the curated key.
create or replace function tidemark.create_document_tables(
  kind text, keys text[], service_first boolean, groups text default null, fence text default null
) returns void language plpgsql as $body$
declare
  key_definitions text := array_to_string(keys, ' not null, ') || ' not null';
  key text := (select string_agg(split_part(definition, ' ', 1), ', ' order by n) from unnest(keys) with ordinality as k (definition, n));
  service_definition text := 'service varchar not null';
  fenced text := coalesce(', constraint no_sensitive_field check (' || fence || ')', '');
begin
  execute format($ddl$
    create schema if not exists %1$I_raw;
    create schema if not exists %1$I_xform;
    create schema if not exists %1$I_curated;

    -- History, insert-only: one row for every version. The highest version of a key is the latest; time stamps decide nothing.
    create table if not exists %1$I_raw.%1$I_data (
      %2$s,
      %1$I_data      jsonb not null,
      dl_insert_date timestamptz not null,
      version        integer not null,
      content_hash   bytea not null,
      hash_version   smallint not null,
      run_id         uuid not null,
      primary key (%3$s, version)
      %4$s
    );

    -- The documents as they are now. content_hash is the sha256 of the canonical form (lib/records/canonical-form.ts) of that
    -- hash_version; modified_date and version move when it does, last_seen_at moves with every load that met the document. source_hash is
    -- the sha256 of the text as it was sent: equal text needs no further look. deleted_at is set while the source does not have it. Rows
    -- are kept short, documents beside them, so that noting "seen" rewrites a hundred bytes instead of a document.
    create table if not exists %1$I_xform.current_%1$s_data (
      %2$s,
      %1$I_data       jsonb not null,
      %5$s
      modified_date   timestamptz not null,
      content_hash    bytea not null,
      hash_version    smallint not null,
      version         integer not null,
      source_hash     bytea not null,
      curated_with    text not null,
      first_loaded_at timestamptz not null,
      last_seen_at    timestamptz not null,
      last_seen_run   uuid not null,
      deleted_at      timestamptz,
      primary key (%3$s)
    ) with (toast_tuple_target = 128, fillfactor = 70);

    -- What each service may read, filtered: one row per document and service that has anything to show. `full` is the whole document. A
    -- row is written only when its document differs (modified_date), and goes when the document, the service or its content goes.
    create table if not exists %1$I_curated.%1$I_data_by_service (
      %6$s,
      %1$I_data     jsonb not null,
      modified_date timestamptz not null,
      primary key (%7$s)
      %4$s
    );

    -- The allow-lists: a service may read these paths and what is below them. `full` is reserved; a path looks like /sections/title. A
    -- change takes effect with the next run of the flow, for every document, whether or not it changed.
    create table if not exists %1$I_curated.%1$I_schema_service_filters (
      service varchar primary key,
      paths   text[] not null,
      constraint service_is_a_word check (service ~ '^[A-Za-z][A-Za-z0-9_]*$'),
      constraint full_is_reserved check (lower(service) <> 'full'),
      constraint paths_are_paths check (
        cardinality(paths) > 0 and array_position(paths, null) is null
        and array_to_string(paths, E'\n') || E'\n' ~ E'^((/[^/\n]+)+\n)+$'
      )
    );
  $ddl$,
    kind, key_definitions, key, fenced, coalesce(quote_ident(groups) || ' text[] not null,', ''),
    case when service_first then service_definition || ', ' || key_definitions else key_definitions || ', ' || service_definition end,
    case when service_first then 'service, ' || key else key || ', service' end);
end
$body$;
revoke all on function tidemark.create_document_tables from public;
