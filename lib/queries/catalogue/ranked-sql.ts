import { ENTRY_KINDS, ENTRY_STATES, type EntryKind, type EntryState } from '#lib/domain/search/entry.ts'
import { RANK } from '#lib/domain/search/match.ts'
import { NAME_SEPARATORS, patternsOf, type SearchWords, spaced, unhyphened } from '#lib/domain/search/question.ts'
import { contractsNow } from './contract-states-sql.ts'
import { ENTRIES, HAS_ALL_WORDS } from './entries-sql.ts'

/** What a search found, by its place in the order. */
export interface FoundHit {
  kind: EntryKind
  id: number | null
  connection: string | null
  path: string | null
  key: string
  state: EntryState
  rank: number
  nth_state: number
  nth_kind: number
  sorted: string
  tie: string
}

const SPACES = ' '.repeat(NAME_SEPARATORS.length)

const bare = (text: string) => `replace(${text}, '-', '')`

/** Of one word without hyphens `w.word`, and `w.spaced`: as `rankOfWord` of its test (`lib/testing/catalogues/rank-of.ts`). */
const RANK_OF_WORD = `
  case when strpos(' ' || translate(e.head, E'${NAME_SEPARATORS}\\n', '${SPACES} '), ' ' || w.spaced) > 0 then ${RANK.words}
    when strpos(E'\\n' || ${bare('e.columns')} || E'\\n', E'\\n' || w.word || E'\\n') > 0 then ${RANK.field}
    when strpos(${bare('e.head')}, w.word) > 0 then ${RANK.inside} when strpos(${bare('e.places')}, w.word) > 0 then ${RANK.place}
    when strpos(${bare('e.columns')}, w.word) > 0 then ${RANK.column} when strpos(${bare('e.why')}, w.word) > 0 then ${RANK.why} else ${RANK.description} end`

/** `$3` the whole, `$4` the words without hyphens, `$5` the words with spaces for the separators of names. */
const RANKED = `
  select e.kind, e.id, e.connection, e.path, e.key, e.state, e.status, e."group", e.owner, c.contract,
    case when $3 = '' or $3 in (n.name, n.key, n.tail) then ${RANK.exact}
      when starts_with(n.name, $3) or starts_with(n.key, $3) or starts_with(n.tail, $3) then ${RANK.begins}
      else (select max(${RANK_OF_WORD}) from unnest($4::text[], $5::text[]) w(word, spaced)) end as rank,
    array_position('{${ENTRY_STATES}}', e.state) as nth_state,
    case when e.kind in ('source', 'table', 'consumer') then array_position('{${ENTRY_KINDS}}', 'source') else array_position('{${ENTRY_KINDS}}', e.kind) end as nth_kind,
    left(n.name, 80) collate "C" as sorted, md5(e.kind || ' ' || e.key) collate "C" as tie
  from entry e left join contract_now c on c.asset_id = e.id cross join lateral (
    select lower(e.name) as name, lower(e.key) as key, regexp_replace(lower(e.key), '^.*[/.]', '') as tail
  ) n
  where ${HAS_ALL_WORDS}`

/** SQL: the common tables up to `hit`, all that answers a question, each with its place in the order and the states of its contract. The first five parameters are `wordsOf`, `$6` is now. */
export const HITS = `with ${ENTRIES}, ${contractsNow('$6::float8')}, hit as materialized (${RANKED})`

/** By what hits are in order; no two are alike. */
export const ORDER = 'rank, nth_state, nth_kind, sorted, tie'

/** The parameters `$1` to `$5`. */
export function wordsOf({ whole, words }: SearchWords, seesFound: boolean): unknown[] {
  return [seesFound, patternsOf({ words }), whole, words.map(unhyphened), words.map(spaced)]
}
