import type { YAMLError } from 'yaml'

/** What is said where YAML itself has nothing against a file or a value. */
export const SAID = {
  unstorable: {
    problem: 'This holds a character that no database keeps: U+0000, or half of a surrogate pair.',
    remedy: 'Take it out; in double quotes \\0, \\x00, \\u0000 and \\ud800 to \\udfff mean such a one.',
  },
  unshown: {
    problem: 'This holds a character that nobody sees: a control character, or one that turns the direction of the text around it.',
    remedy: 'Take it out, or type the words anew: it often comes along when something is copied.',
  },
  twice: { problem: 'This key stands here twice.', remedy: 'Keep one of the two; the second would silently win.' },
  tooDeep: { problem: 'This is nested too deeply.', remedy: 'A catalogue needs no more than ten levels.' },
  tooManyAliases: {
    problem: 'Aliases repeat too much here.',
    remedy: 'Use aliases for single policies or lists, not for whole trees of aliases.',
  },
  merging: {
    problem: 'Merge keys ("<<") are not supported.',
    remedy: 'Policies are inherited from group and feed: declare the shared one there.',
  },
  noKey: { problem: 'A key must be plain text.', remedy: 'Write the name itself as the key.' },
  noValue: { problem: 'This is not a value the catalogue can keep.', remedy: 'Put it between quotes if it is meant as text.' },
  notAMap: { problem: 'The file does not hold a map of names to values.', remedy: 'Begin with lines such as "page:" and "groups:".' },
  empty: { problem: 'The catalogue is empty.', remedy: 'Write one, or let "tidemark discover <connection>" propose one.' },
  tooLarge: {
    problem: 'The catalogue is larger than 3 MB, all its files together.',
    remedy: 'Take out what nobody needs to see; 10,000 assets take about 1 MB.',
  },
}

const PROBLEMS: Record<string, string> = {
  MULTIPLE_DOCS: 'The file holds more than one document ("---").',
  TAG_RESOLVE_FAILED: 'Tags ("!…") mean nothing here.',
}

const REMEDIES: Record<string, string> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  TAG_RESOLVE_FAILED: 'Leave the tag out; plain text, numbers, lists and maps are all the catalogue knows.',
  MULTIPLE_DOCS: 'Keep one document per file; put the other into a file of its own in the same folder.',
  MISSING_CHAR: 'Close what was opened: a quote or a bracket.',
  BLOCK_AS_IMPLICIT_KEY: 'Put text that holds ": " between quotes.',
  BAD_INDENT: 'Line it up with its neighbours; inside brackets, close the bracket.',
}

const LOOK = 'Look at this line and the one before it: indentation, quotes, brackets and colons.'
/** What YAML gives a meaning of its own when an unquoted value begins with it. */
const MEANINGFUL = /^[*&!|>%@`#,[\]{}?-]/
/** Where a value of the line begins: after `key:`, after the dash of a list, inside brackets after a comma. */
const BEFORE_VALUE = /(?::|(?:^|\s)-|[[{,])[ \t]+/g
/** A bracket that is opened in a line whose rest is a comment. */
const CUT = /[{[][^\n]*[ \t]#[^\n]*$/m
const CRON = /^[\d*/,\- ]+$/

/** The value that an error at `offset` is in: from where it begins to the end of the line, or of its place in a flow map. */
function valueAround(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1
  const [line = ''] = text.slice(lineStart).split(/\r?\n/, 1)
  const starts = [...line.matchAll(BEFORE_VALUE)]
    .map((match) => match.index + match[0].length)
    .filter((start) => lineStart + start <= offset)
  const candidates = starts.map((start) => line.slice(start).replace(/\s+#.*$/, ''))
  return candidates.findLast((value) => MEANINGFUL.test(value) || /^["']/.test(value)) ?? ''
}

function quotesRemedy(value: string): string {
  if (/^["']/.test(value)) return 'Put the whole value between double quotes, and write each double quote within it as \\".'
  const [first] = value
  const cron = value.replace(/[,}].*$/, (rest) => (CRON.test(rest) ? rest : '')).trim()
  const example = first === '*' && CRON.test(cron) && cron.split(/\s+/).length === 5 ? `: "${cron}"` : ''
  return `Put the value between quotes${example}; without them YAML gives "${first}" a meaning of its own.`
}

/** Blanks that are none to YAML, as text from a web page or a document brings them along. */
const OTHER_BLANKS = /[\u00a0\u2000-\u200a\u202f\u3000]/

function hasOtherBlanks(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1
  return OTHER_BLANKS.test(text.slice(start).split(/\r?\n/, 1)[0] ?? '')
}

/** What is wrong with the YAML, and what to write instead. */
export function yamlErrorInWords(error: YAMLError, text: string): { problem: string; remedy: string } {
  if (error.message.includes('call stack')) return SAID.tooDeep
  const said = error.message.replace(/:? ".*$/s, '').replace(/\.$/, '')
  const problem = PROBLEMS[error.code] ?? `This is not valid YAML: ${said}.`
  const known = REMEDIES[error.code]
  const value = valueAround(text, error.pos[0])
  const isQuoting = value !== '' && ['UNEXPECTED_TOKEN', 'BAD_SCALAR_START', 'BAD_ALIAS'].includes(error.code)
  const cut = error.code === 'BAD_INDENT' || error.code === 'MISSING_CHAR' ? CUT.exec(text.slice(0, error.pos[1])) : null
  const otherwise = hasOtherBlanks(text, error.pos[0]) ? 'Type the blanks of this line anew: one is a no-break space or the like.' : LOOK
  const remedy = isQuoting ? quotesRemedy(value) : (known ?? otherwise)
  return { problem, remedy: cut === null ? remedy : `${remedy} Text that holds " #" stands between quotes.` }
}

/** Errors in the order in which they stand, of those that follow from one another in a line only the first. */
export function firstPerLine(errors: readonly YAMLError[], lineOf: (offset: number) => number): YAMLError[] {
  const seen = new Set<number>()
  return errors.filter((error) => {
    const line = lineOf(error.pos[0])
    if (seen.has(line) && !(error.code in PROBLEMS)) return false
    seen.add(line)
    return true
  })
}
