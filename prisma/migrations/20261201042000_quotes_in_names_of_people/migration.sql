-- A sentence about a break says `"` in a name as `'`. A name that holds both is known by that, too, as what is not to be told.
CREATE INDEX "subject_said_name_idx" ON "subject"(replace(lower("name"), '"', '''')) WHERE "name" LIKE '%"%';

CREATE OR REPLACE FUNCTION "tidemark_audience"."unseen_names"("names" TEXT[]) RETURNS TEXT[] LANGUAGE sql STABLE
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
        SELECT (s."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS TRUE
        FROM "subject" s WHERE s."name" LIKE '%"%' AND replace(lower(s."name"), '"', '''') = w.words[1]
        UNION ALL
        SELECT f."name" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) FROM "flow" f WHERE lower(f."name") = ANY (w.words)
        UNION ALL
        SELECT c."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
        FROM "connection_state" c WHERE lower(c."key") = ANY (w.words) OR lower(c."name") = ANY (w.words) OR replace(lower(c."name"), '"', '''') = w.words[1]
      ) k(is_seen)) h
    WHERE h.is_seen IS FALSE);
END;

CREATE OR REPLACE FUNCTION "told_people"("words" TEXT, "groups" INT[]) RETURNS TEXT LANGUAGE sql STABLE
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
          UNION ALL SELECT s."group_id" FROM "subject" s WHERE s."name" LIKE '%"%' AND replace(lower(s."name"), '"', '''') = w.words[1]
          UNION ALL SELECT s."group_id" FROM "flow" f LEFT JOIN ("asset" a JOIN "subject" s ON s."id" = a."subject_id") ON a."flow" = f."name" WHERE lower(f."name") = ANY (w.words)
          UNION ALL SELECT s."group_id" FROM "connection_state" c LEFT JOIN ("asset" a JOIN "subject" s ON s."id" = a."subject_id") ON a."connection_key" = c."key"
            WHERE lower(c."key") = ANY (w.words) OR lower(c."name") = ANY (w.words) OR replace(lower(c."name"), '"', '''') = w.words[1]
        ) k(group_id)) IS FALSE)) END;
END;

-- A sentence about a break without some of its people. What is one of before names had quotes is looked for beside the names, which may hold anything.
CREATE OR REPLACE FUNCTION "without_people"("words" TEXT, "hidden" TEXT[]) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH shown AS (
    SELECT p.place, CASE WHEN p.owner <> ALL ("hidden") THEN 'promised by "' || p.owner || '"' END AS owner,
      ARRAY(SELECT '"' || r.name || '"' FROM unnest(p.readers) WITH ORDINALITY r(name, place) WHERE r.name <> ALL ("hidden") ORDER BY r.place) AS readers
    FROM "people_of_words"("words") p
  ), said AS (
    SELECT s.place, nullif(concat_ws('; ', s.owner, CASE cardinality(s.readers) WHEN 0 THEN NULL WHEN 1 THEN 'read by ' || s.readers[1]
      ELSE 'read by ' || array_to_string(s.readers[:cardinality(s.readers) - 1], ', ') || ' and ' || s.readers[cardinality(s.readers)] END), '') AS people
    FROM shown s
  )
  SELECT string_agg(regexp_replace(b.words, ' \((?:promised|read) by [^"].*\)', '') || coalesce(' (' || s.people || ')', ''), '' ORDER BY b.place)
  FROM regexp_split_to_table("words",
    ' \((?:promised by "[^"]*"|promised by "[^"]*"; read by "[^"]*"(?:(?:, | and )"[^"]*")*|read by "[^"]*"(?:(?:, | and )"[^"]*")*)\)') WITH ORDINALITY b(words, place)
  LEFT JOIN said s ON s.place = b.place;
END;
