/** What `fields=a,b(c)` asks for; true: all of it. */
type Wanted = Map<string, Wanted | true>

function parse(text: string): Wanted {
  const root: Wanted = new Map()
  const open: Wanted[] = [root]
  for (const [, name, mark] of text.matchAll(/([^,()\s]+)|([()])/g)) {
    const [level, last] = [open.at(-1) ?? root, [...(open.at(-1) ?? root).keys()].at(-1)]
    if (name !== undefined) level.set(name, true)
    else if (mark === ')') open.pop()
    else if (last !== undefined) {
      const inner: Wanted = new Map()
      level.set(last, inner)
      open.push(inner)
    }
  }
  return root
}

function pick(value: unknown, wanted: Wanted): unknown {
  if (Array.isArray(value)) return value.map((item) => pick(item, wanted))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const of = wanted.get(key)
    if (of === undefined) return []
    return [[key, of === true ? inner : pick(inner, of)]]
  })
  return Object.fromEntries(kept)
}

/** The answer with the fields that were asked for, as Looker leaves out all others. */
export function pickFields(document: unknown, fields: string | null): unknown {
  return fields === null || fields.trim() === '' ? document : pick(document, parse(fields))
}
