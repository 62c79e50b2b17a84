/** The versions of a contract that hold at some time, as `versionsThatHold` says. */
export const VERSIONS = '$.versions[*] ? (@.status != "draft" && @.status != "retired" && (@.status != "proposed" || @.from != null))'

/** SQL: whether something of a contract begins or ends after an instant, as `comingAfter` says: the version that holds may end, one that was replaced does so no more. */
export const isChangingSql = (terms: string, now: string) => `exists (
    select from jsonb_path_query(${terms}, '${VERSIONS}') v where (v ->> 'from')::float8 > ${now})
  or coalesce((${heldSql(terms, now)} ->> 'until')::float8 > ${now}, false)`

/** SQL: the version that has come to hold last by an instant, perhaps over by now, as `termsAt` finds it. */
const heldSql = (terms: string, now: string) => `(
    select v from jsonb_path_query(${terms}, '${VERSIONS}') with ordinality x(v, nth) where coalesce((v ->> 'from')::float8, '-infinity') <= ${now}
    order by coalesce((v ->> 'from')::float8, '-infinity') desc, nth desc limit 1)`

/**
 * SQL: the common table `contract_now`, in which of `CONTRACT_STATES` the contract of each asset is at an instant. Kept is one that holds, is not broken and of
 * which somebody has told what is there.
 */
export const contractsNow = (now: string) => `contract_now as materialized (
  select c.asset_id, array_remove(array['any', case when b.is_broken then 'broken'
      when coalesce((h.held ->> 'until')::float8 > ${now}, h.held is not null) and s.is_seen then 'kept' end,
      case when ${isChangingSql('c.terms', now)} then 'changing' end], null) as contract
  from asset_contract c
  cross join lateral (select exists (select from contract_break b where b.asset_id = c.asset_id and b.to_at is null) as is_broken) b
  cross join lateral (
    select exists (select from asset_shape s where s.asset_id = c.asset_id and (c.terms ->> 'ofFiles' is null or s.landed is not null)) as is_seen) s
  cross join lateral (select ${heldSql('c.terms', now)} as held) h)`
