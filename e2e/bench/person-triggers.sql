-- The trigger design that the store is measured against, rebuilt from its description: canonical forms compared in SQL for every row,
-- 22 allow-list trees built anew and all services rewritten for every changed person, inside the insert. For the bench only.
create schema trigger_raw;
create schema trigger_xform;
create schema trigger_curated;

create table trigger_raw.person_data (bu_uid varchar not null, person_data jsonb not null, dl_insert_date timestamp not null default now());
create index person_data_bu_uid_idx on trigger_raw.person_data (bu_uid, dl_insert_date desc);
create table trigger_xform.current_person_data (bu_uid varchar primary key, person_data jsonb not null, modified_date timestamp);
create table trigger_curated.person_data_by_service (
  service varchar not null, bu_uid varchar not null, person_data jsonb not null, modified_date timestamp, primary key (bu_uid, service)
);
create table trigger_curated.person_schema_service_filters as
  select service, paths from person_curated.person_schema_service_filters;

create function trigger_raw.jsonb_canonical(data jsonb) returns jsonb language plpgsql immutable as $$
begin
  case jsonb_typeof(data)
    when 'object' then
      return (select jsonb_object_agg(key, trigger_raw.jsonb_canonical(value) order by key) from jsonb_each(data));
    when 'array' then
      return (select jsonb_agg(trigger_raw.jsonb_canonical(value) order by trigger_raw.jsonb_canonical(value)::text) from jsonb_array_elements(data));
    else return data;
  end case;
end $$;

create function trigger_xform.jsonb_deep_merge(a jsonb, b jsonb) returns jsonb language plpgsql immutable as $$
begin
  if jsonb_typeof(a) is distinct from 'object' or jsonb_typeof(b) is distinct from 'object' then return b; end if;
  return (
    select jsonb_object_agg(key, case
      when not a ? key then b -> key when not b ? key then a -> key else trigger_xform.jsonb_deep_merge(a -> key, b -> key) end)
    from (select jsonb_object_keys(a) union select jsonb_object_keys(b)) as keys (key));
end $$;

create function trigger_xform.build_allowed_tree_from_paths(paths text[]) returns jsonb language plpgsql immutable as $$
declare
  tree jsonb := '{}';
  branch jsonb;
  path text;
  steps text[];
begin
  foreach path in array paths loop
    steps := string_to_array(ltrim(path, '/'), '/');
    branch := '{}';
    for position in reverse array_length(steps, 1)..1 loop
      branch := jsonb_build_object(steps[position], branch);
    end loop;
    tree := trigger_xform.jsonb_deep_merge(tree, branch);
  end loop;
  return tree;
end $$;

-- offset 0: each part is made once, not once for every mention.
create function trigger_xform.jsonb_filter_tree(data jsonb, tree jsonb) returns jsonb language plpgsql immutable as $$
begin
  if tree = '{}' then return nullif(data, 'null'); end if;
  case jsonb_typeof(data)
    when 'object' then
      return (
        select coalesce(jsonb_object_agg(key, part), '{}') from (
          select key, trigger_xform.jsonb_filter_tree(data -> key, below) as part from jsonb_each(tree) as branch (key, below) where data ? key
          offset 0
        ) as parts where part is not null and part <> 'null');
    when 'array' then
      return (
        select coalesce(jsonb_agg(part order by place), '[]') from (
          select trigger_xform.jsonb_filter_tree(value, tree) as part, place from jsonb_array_elements(data) with ordinality as e (value, place)
          offset 0
        ) as parts where part is not null);
    else return null;
  end case;
end $$;

create function trigger_xform.has_meaningful_data(data jsonb) returns boolean language plpgsql immutable as $$
begin
  case jsonb_typeof(data)
    when 'object' then return exists (select from jsonb_each(data) where trigger_xform.has_meaningful_data(value));
    when 'array' then return exists (select from jsonb_array_elements(data) where trigger_xform.has_meaningful_data(value));
    else return data is not null and data <> 'null';
  end case;
end $$;

create function trigger_raw.prevent_duplicates() returns trigger language plpgsql as $$
declare
  latest jsonb;
begin
  select person_data into latest from trigger_raw.person_data where bu_uid = new.bu_uid order by dl_insert_date desc limit 1;
  if found and (latest = new.person_data or trigger_raw.jsonb_canonical(latest) = trigger_raw.jsonb_canonical(new.person_data)) then
    return null;
  end if;
  return new;
end $$;

create function trigger_raw.upsert_current() returns trigger language plpgsql as $$
begin
  insert into trigger_xform.current_person_data values (new.bu_uid, new.person_data, now())
  on conflict (bu_uid) do update set person_data = excluded.person_data, modified_date = excluded.modified_date;
  return new;
end $$;

create function trigger_xform.upsert_by_service() returns trigger language plpgsql as $$
declare
  filter record;
  part jsonb;
begin
  delete from trigger_curated.person_data_by_service where bu_uid = new.bu_uid;
  if new.person_data ? 'personid' and trigger_xform.has_meaningful_data(new.person_data - 'personid') then
    insert into trigger_curated.person_data_by_service values ('full', new.bu_uid, new.person_data, new.modified_date);
  end if;
  for filter in select service, paths from trigger_curated.person_schema_service_filters order by service loop
    continue when coalesce(array_length(filter.paths, 1), 0) = 0;
    part := trigger_xform.jsonb_filter_tree(new.person_data, trigger_xform.build_allowed_tree_from_paths(filter.paths));
    continue when part is null or not trigger_xform.has_meaningful_data(part - 'personid');
    insert into trigger_curated.person_data_by_service values (filter.service, new.bu_uid, part, new.modified_date)
    on conflict (bu_uid, service) do update set person_data = excluded.person_data, modified_date = excluded.modified_date;
  end loop;
  return new;
end $$;

create trigger prevent_duplicates before insert on trigger_raw.person_data for each row execute function trigger_raw.prevent_duplicates();
create trigger upsert_current after insert on trigger_raw.person_data for each row execute function trigger_raw.upsert_current();
create trigger upsert_by_service after insert or update on trigger_xform.current_person_data
  for each row execute function trigger_xform.upsert_by_service();
