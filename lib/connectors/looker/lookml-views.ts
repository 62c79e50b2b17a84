/** What a file of LookML says of where a view's rows come from. */
export interface WrittenView {
  name: string
  tableName: string | null
  derived: DerivedTable | null
}

export interface DerivedTable {
  sql: string | null
  /** The explore of the same model that it is a query of, with what it takes of it. */
  exploreSource: { explore: string; columns: string } | null
  /** Looker builds it as a table of its own, and keeps that. */
  isPersisted: boolean
}

interface Block {
  type: string
  name: string
  body: string
}

/** Comments, texts and statements are passed over: what they hold opens and closes nothing. */
const PASSED = /#[^\n]*|"(?:\\.|[^"\\])*"|\b(?:sql\w*|html|expression\w*)\s*:[\s\S]*?;;|[{}]/g
const PERSISTS = /\b(?:datagroup_trigger|sql_trigger_value|interval_trigger|persist_for|materialized_view)\s*:(?!\s*no\b)/

/** The blocks of this type right in a text, `view: orders { … }`, with what stands in them. */
function blocksIn(text: string, type: string): Block[] {
  const blocks: Block[] = []
  let depth = 0
  let begin = 0
  let head = ''
  let headFrom = 0
  for (const { 0: passed, index } of text.matchAll(PASSED)) {
    if (passed === '{' && depth++ === 0) {
      head = text.slice(headFrom, index)
      begin = index + 1
    } else if (passed === '}' && --depth === 0) {
      const [, of, name = ''] = /\b(\w+)\s*:\s*\+?(\w*)\s*$/.exec(head) ?? []
      if (of === type) blocks.push({ type, name, body: text.slice(begin, index) })
      headFrom = index + 1
    }
    if (depth < 0) depth = 0
  }
  return blocks
}

function statement(body: string, key: string): string | null {
  const found = new RegExp(`(?:^|[\\s;}])${key}\\s*:([\\s\\S]*?);;`).exec(withoutComments(body))
  return found?.[1]?.trim() ?? null
}

/** Comments of LookML end with their line; those inside a statement are its own. */
function withoutComments(body: string): string {
  return body.replaceAll(/^[ \t]*#[^\n]*/gm, '')
}

/** A body without the blocks in it. */
function ownOf(body: string): string {
  let depth = 0
  let from = 0
  let own = ''
  for (const { 0: passed, index } of body.matchAll(PASSED)) {
    if (passed === '{' && depth++ === 0) own += body.slice(from, index)
    if (passed === '}' && --depth === 0) from = index + 1
  }
  return own + body.slice(from)
}

function toDerived({ body }: Block): DerivedTable {
  const [native] = blocksIn(body, 'explore_source')
  const exploreSource = native === undefined ? null : { explore: native.name, columns: native.body }
  return { sql: statement(body, 'sql'), exploreSource, isPersisted: PERSISTS.test(withoutStatements(body)) }
}

function withoutStatements(body: string): string {
  return withoutComments(body).replaceAll(/\bsql(?:_create)?\s*:[\s\S]*?;;/g, '')
}

/** The views a file of LookML writes, each with its table or the query that makes it. */
export function viewsInLookml(text: string): WrittenView[] {
  return blocksIn(text, 'view').map(({ name, body }) => {
    const [derived] = blocksIn(body, 'derived_table')
    return { name, tableName: statement(ownOf(body), 'sql_table_name'), derived: derived === undefined ? null : toDerived(derived) }
  })
}
