const TEXT = '\u0001'
const ESCAPED = new RegExp(`(?:^|\\W)[eE]${TEXT}`)

/** What a `where` of the catalogue may not hold, in words; null: it is one condition, whatever it means. */
export function whyNoCondition(text: string): string | null {
  const bare = text.replace(/'(?:[^'\\]|''|\\(?!'))*'|"(?:[^"]|"")+"/g, (quoted) => (quoted.startsWith("'") ? TEXT : 'x'))
  if (ESCAPED.test(bare)) return 'holds an escape string; write it as an ordinary one'
  if (/['"]/.test(bare)) return 'has a quote that does not end'
  if (bare.includes(';')) return 'holds ";"; write one condition'
  if (/--|\/\*|\*\//.test(bare)) return 'holds a comment'
  if (bare.includes('$')) return 'holds "$"; write values in single quotes'
  if (!isBalanced(bare)) return 'has brackets that do not match'
  return bare.trim() === '' ? 'is empty' : null
}

function isBalanced(text: string): boolean {
  let depth = 0
  for (const character of text) {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}
