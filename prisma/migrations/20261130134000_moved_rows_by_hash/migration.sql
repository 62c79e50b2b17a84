-- The plan of a trigger's statement is kept for the session and made for as few rows as came first: by nested loops 2,500 moved spans take a second.
ALTER FUNCTION "due_by_moved_spans"() SET enable_nestloop TO off;
ALTER FUNCTION "due_by_moved_stretches"() SET enable_nestloop TO off;
ALTER FUNCTION "due_by_told_runs"() SET enable_nestloop TO off;
