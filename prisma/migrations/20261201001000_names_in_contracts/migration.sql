-- A contract says in its own words who promises it and who reads by it. Where that is the name of something of the catalogue, who does not see that is not told it either: not in
-- what the contract promises, and not in the sentences about a break of it, which name people in quotes. A name that nothing in the catalogue has is told to everybody.
CREATE INDEX "subject_lower_name_idx" ON "subject"(lower("name"));
CREATE INDEX "subject_lower_key_idx" ON "subject"(lower("key"));
CREATE INDEX "flow_lower_name_idx" ON "flow"(lower("name"));

-- The names of people in a contract, in small letters, so that what it promises is looked into only where something of the catalogue is called so.
CREATE FUNCTION "people_of_terms"("terms" JSONB) RETURNS TEXT[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT ARRAY(
    SELECT lower(btrim(p.named #>> '{}')) FROM jsonb_path_query("terms", '$.versions[*].owner ? (@ != null)') p(named)
    UNION SELECT lower(btrim(p.named #>> '{}')) FROM jsonb_path_query("terms", '$.versions[*].consumers[*]') p(named));
END;
ALTER TABLE "asset_contract" ADD COLUMN "people" TEXT[] NOT NULL GENERATED ALWAYS AS ("people_of_terms"("terms")) STORED;

-- Which of these names belong to a group, feed, asset, flow or connection that is not seen, and to none that is.
CREATE FUNCTION "tidemark_audience"."unseen_names"("names" TEXT[]) RETURNS TEXT[] LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT ARRAY(
    SELECT n.name FROM unnest("names") n(name)
    CROSS JOIN LATERAL (SELECT ARRAY[lower(btrim(n.name)), replace(lower(btrim(n.name)), '''', '"')] AS words OFFSET 0) w
    CROSS JOIN LATERAL (
      SELECT bool_or(k.is_seen) AS is_seen FROM (
        SELECT (s."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS TRUE
        FROM "subject" s WHERE lower(s."name") = ANY (w.words)
        UNION ALL
        SELECT (s."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS TRUE
        FROM "subject" s WHERE lower(s."key") = ANY (w.words)
        UNION ALL
        SELECT f."name" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) FROM "flow" f WHERE lower(f."name") = ANY (w.words)
        UNION ALL
        SELECT c."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
        FROM "connection_state" c WHERE lower(c."key") = ANY (w.words) OR lower(c."name") = ANY (w.words)
      ) k(is_seen)) h
    WHERE h.is_seen IS FALSE);
END;

-- What a contract promises, without the people that are not seen.
CREATE FUNCTION "tidemark_audience"."seen_terms"("terms" JSONB) RETURNS JSONB LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN h.hidden = '{}' THEN "terms" ELSE jsonb_set("terms", '{versions}', (
      SELECT jsonb_agg(v.version || jsonb_build_object(
          'owner', CASE WHEN v.version ->> 'owner' = ANY (h.hidden) THEN NULL ELSE v.version -> 'owner' END,
          'consumers', (
            SELECT coalesce(jsonb_agg(c.name ORDER BY c.place), '[]') FROM jsonb_array_elements_text(v.version -> 'consumers') WITH ORDINALITY c(name, place)
            WHERE c.name <> ALL (h.hidden))) ORDER BY v.place)
      FROM jsonb_array_elements("terms" -> 'versions') WITH ORDINALITY v(version, place))) END
  FROM (
    SELECT "tidemark_audience"."unseen_names"(ARRAY(
      SELECT jsonb_path_query("terms", '$.versions[*].owner ? (@ != null)') #>> '{}' UNION SELECT jsonb_path_query("terms", '$.versions[*].consumers[*]') #>> '{}')) AS hidden) h;
END;

-- What stands in brackets behind a break: who promises it, who reads it, each in quotes.
CREATE FUNCTION "people_of_words"("words" TEXT) RETURNS TABLE ("place" BIGINT, "owner" TEXT, "readers" TEXT[]) LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT m.place, substring(m.found[1] FROM 'promised by "([^"]*)"'),
    ARRAY(SELECT n.found[1] FROM regexp_matches(substring(m.found[1] FROM 'read by (".*")'), '"([^"]*)"', 'g') WITH ORDINALITY n(found, place) ORDER BY n.place)
  FROM regexp_matches("words",
    '( \((?:promised by "[^"]*"|promised by "[^"]*"; read by "[^"]*"(?:(?:, | and )"[^"]*")*|read by "[^"]*"(?:(?:, | and )"[^"]*")*)\))', 'g') WITH ORDINALITY m(found, place);
END;

-- A sentence about a break without some of its people. One of before this migration, in which their names have no quotes, loses all of them.
CREATE FUNCTION "without_people"("words" TEXT, "hidden" TEXT[]) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH told AS (
    SELECT regexp_replace("words", ' \((?:promised|read) by [^"].*\)', '') AS words
  ), shown AS (
    SELECT p.place, CASE WHEN p.owner <> ALL ("hidden") THEN 'promised by "' || p.owner || '"' END AS owner,
      ARRAY(SELECT '"' || r.name || '"' FROM unnest(p.readers) WITH ORDINALITY r(name, place) WHERE r.name <> ALL ("hidden") ORDER BY r.place) AS readers
    FROM told, "people_of_words"(told.words) p
  ), said AS (
    SELECT s.place, nullif(concat_ws('; ', s.owner, CASE cardinality(s.readers) WHEN 0 THEN NULL WHEN 1 THEN 'read by ' || s.readers[1]
      ELSE 'read by ' || array_to_string(s.readers[:cardinality(s.readers) - 1], ', ') || ' and ' || s.readers[cardinality(s.readers)] END), '') AS people
    FROM shown s
  )
  SELECT CASE WHEN "hidden" = '{}' THEN told.words ELSE (
      SELECT string_agg(b.words || coalesce(' (' || s.people || ')', ''), '' ORDER BY b.place)
      FROM regexp_split_to_table(told.words,
        ' \((?:promised by "[^"]*"|promised by "[^"]*"; read by "[^"]*"(?:(?:, | and )"[^"]*")*|read by "[^"]*"(?:(?:, | and )"[^"]*")*)\)') WITH ORDINALITY b(words, place)
      LEFT JOIN said s ON s.place = b.place) END
  FROM told;
END;

CREATE FUNCTION "tidemark_audience"."seen_people"("words" TEXT) RETURNS TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT "without_people"("words", "tidemark_audience"."unseen_names"(ARRAY(
    SELECT p.owner FROM "people_of_words"("words") p WHERE p.owner IS NOT NULL UNION SELECT unnest(p.readers) FROM "people_of_words"("words") p)));
END;

-- A sentence about a break as a channel is told it, of something that belongs to these groups: it names nothing of others but what everybody sees. Whoever has an audience has
-- been given it without what that does not see.
CREATE FUNCTION "told_people"("words" TEXT, "groups" INT[]) RETURNS TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN "words" !~ '\((promised|read) by ' OR coalesce(current_setting('tidemark.audience', true), '') <> '' OR NOT EXISTS (SELECT 1 FROM "audience_group") THEN "words"
    ELSE "without_people"("words", ARRAY(
      SELECT n.name FROM (
        SELECT p.owner FROM "people_of_words"("words") p WHERE p.owner IS NOT NULL UNION SELECT unnest(p.readers) FROM "people_of_words"("words") p) n(name)
      CROSS JOIN LATERAL (SELECT ARRAY[lower(btrim(n.name)), replace(lower(btrim(n.name)), '''', '"')] AS words OFFSET 0) w
      WHERE (
        SELECT bool_or(coalesce(k.group_id = ANY ("groups"), false)
          OR EXISTS (SELECT 1 FROM "audience_group" v WHERE v."audience" = 'everybody' AND v."group_id" = k.group_id))
        FROM (
          SELECT s."group_id" FROM "subject" s WHERE lower(s."name") = ANY (w.words)
          UNION ALL SELECT s."group_id" FROM "subject" s WHERE lower(s."key") = ANY (w.words)
          UNION ALL SELECT s."group_id" FROM "flow" f LEFT JOIN ("asset" a JOIN "subject" s ON s."id" = a."subject_id") ON a."flow" = f."name" WHERE lower(f."name") = ANY (w.words)
          UNION ALL SELECT s."group_id" FROM "connection_state" c LEFT JOIN ("asset" a JOIN "subject" s ON s."id" = a."subject_id") ON a."connection_key" = c."key"
            WHERE lower(c."key") = ANY (w.words) OR lower(c."name") = ANY (w.words)
        ) k(group_id)) IS FALSE)) END;
END;

-- Worked out once for each row that is read, however often a statement names it.
CREATE OR REPLACE VIEW "tidemark_audience"."asset_contract" AS
  SELECT x."asset_id", t."terms", x."due_at", x."sync_at", '{}'::text[] AS "people"
  FROM "asset_contract" x
  CROSS JOIN LATERAL (
    SELECT CASE WHEN EXISTS (
        SELECT 1 FROM "subject" s WHERE lower(s."name") = ANY (x."people")
          AND (s."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE)
      OR EXISTS (
        SELECT 1 FROM "subject" s WHERE lower(s."key") = ANY (x."people")
          AND (s."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE)
      OR EXISTS (SELECT 1 FROM "flow" f WHERE lower(f."name") = ANY (x."people"))
      OR x."people" && ARRAY(SELECT unnest(ARRAY[lower(c."key"), lower(c."name")]) FROM "connection_state" c)
    THEN "tidemark_audience"."seen_terms"(x."terms") ELSE x."terms" END AS "terms" OFFSET 0) t
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");

CREATE OR REPLACE VIEW "tidemark_audience"."contract_break" AS
  SELECT x."id", x."asset_id", x."from_at", x."to_at", x."status", x."version",
    CASE WHEN x."words" ~ '\((promised|read) by ' THEN "tidemark_audience"."seen_people"(x."words") ELSE x."words" END AS "words", n."file", n."source"
  FROM "contract_break" x
  LEFT JOIN LATERAL (SELECT x."file", x."source"
    WHERE EXISTS (SELECT 1 FROM "asset" a WHERE a."subject_id" = x."asset_id" AND a."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())))
      AND (x."source" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
        OR NOT EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = x."source"))) n ON x."source" IS NOT NULL
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");

CREATE OR REPLACE VIEW "tidemark_audience"."status_change" AS
  SELECT x."id", x."subject_id", x."from_status", x."to_status", x."reason", x."at", x."recorded_at", x."rewrite",
    CASE WHEN x."explanation" ~ '\((promised|read) by ' THEN "tidemark_audience"."seen_people"(x."explanation") ELSE x."explanation" END AS "explanation"
  FROM "status_change" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE OR REPLACE VIEW "tidemark_audience"."asset" AS
  SELECT x."subject_id", x."feed_id", x."asset_kind", x."connection_key", x."path", x."promised",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) THEN x."flow" END AS "flow",
    x."settings", x."problem", x."observation",
    CASE WHEN x."verdict" ->> 'explanation' ~ '\((promised|read) by ' THEN
      jsonb_set(x."verdict", '{explanation}', to_jsonb("tidemark_audience"."seen_people"(x."verdict" ->> 'explanation'))) ELSE x."verdict" END AS "verdict",
    x."suspected_reason", x."suspected_at", x."look_again_at",
    CASE WHEN x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."job" END AS "job"
  FROM "asset" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE OR REPLACE VIEW "tidemark_audience"."run" AS
  SELECT x."id", x."flow", x."trigger", x."scheduled_for", x."created_at", x."state", x."attempt", x."fence", x."lease_owner", x."lease_until", x."started_at",
    x."ended_at", x."cancel_at",
    CASE WHEN x."waiting_for" LIKE '%the contract about %'
      THEN "tidemark_audience"."seen_people"("tidemark_audience"."without_unseen_contracts"(x."waiting_for", 'Waits for a contract about what you may not see.'))
      WHEN x."waiting_for" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."waiting_for") ELSE x."waiting_for" END AS "waiting_for",
    x."parameters", x."requested_by", x."progress_done", x."progress_total", x."eta_at", x."rows_loaded", x."rows_rejected", x."summary",
    CASE WHEN x."problem" LIKE '%the contract about %'
      THEN "tidemark_audience"."seen_people"("tidemark_audience"."without_unseen_contracts"(x."problem", 'It waited too long for a contract about what you may not see.'))
      WHEN x."problem" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."problem") ELSE x."problem" END AS "problem",
    NULL::text AS "internal_problem", x."counters", x."failure", x."look_from"
  FROM "run" x WHERE x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()));
