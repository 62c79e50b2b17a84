import { OPERATIONS } from './operations.ts'

const TAKEN = Object.entries(OPERATIONS).map(([path, { get, post }]) => ({
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  methods: [...(get === undefined ? [] : ['GET', 'HEAD']), ...(post === undefined ? [] : ['POST']), 'OPTIONS'],
}))

/** The methods that an address of the API takes; null for what is none of its addresses. */
export function methodsOf(path: string): readonly string[] | null {
  return TAKEN.find(({ pattern }) => pattern.test(path))?.methods ?? null
}
