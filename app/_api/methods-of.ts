import { OPERATIONS } from './operations.ts'

/** The description of the API describes everything but itself. */
const DESCRIPTION = { pattern: /^\/api\/v1\/openapi\.json$/, methods: ['GET', 'HEAD', 'OPTIONS'], handsIn: [] as string[] }

/** Asking what GET would answer tells nothing: there is no HEAD where something is handed in by GET. */
const DESCRIBED = Object.entries(OPERATIONS).map(([path, { get, post }]) => ({
  handsIn: [
    ...(get?.tag === 'Hand in' ? ['GET'] : []),
    ...(post?.tag === 'Hand in' ? ['POST'] : []),
    ...(post?.isAskedFirst === true ? ['OPTIONS'] : []),
  ],
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  methods: [
    ...(get === undefined ? [] : get.tag === 'Hand in' ? ['GET'] : ['GET', 'HEAD']),
    ...(post === undefined ? [] : ['POST']),
    'OPTIONS',
  ],
}))
const TAKEN = [...DESCRIBED, DESCRIPTION]

/** The methods that an address of the API takes; null for what is none of its addresses. */
export function methodsOf(path: string): readonly string[] | null {
  return TAKEN.find(({ pattern }) => pattern.test(path))?.methods ?? null
}

/** Whether a path is one of the API and none that it has. One with an empty part, such as `/api/v1/status/`, is led to its address without that first. */
export function isMissingFromApi(path: string): boolean {
  return /^\/api\/v1(?:\/|$)/.test(path) && !/\/(?:\/|$)/.test(path) && methodsOf(path) === null
}

/** Whether something is handed in by this method at an address, with or without its query. */
export function isHandIn(method: string, url: string): boolean {
  const [path = ''] = url.split('?')
  return TAKEN.find(({ pattern }) => pattern.test(path))?.handsIn.includes(method) ?? false
}
