/** Every address of the page is made here. */
export const overviewPath = '/'

export function groupPath(key: string): string {
  return `/groups/${encodeURIComponent(key)}`
}

export function feedPath(key: string): string {
  return `/feeds/${encodeURIComponent(key)}`
}

/** What happened on a local day. */
export function dayPath(day: string): string {
  return `/days/${day}`
}

/** All incidents, or those of a feed, of the days before one. */
export function incidentsPath(question: { feed?: string | undefined; before?: string } = {}): string {
  return `/incidents${questionOf(question)}`
}

export function incidentPath(id: number): string {
  return `/incidents/${id}`
}

/** The plan of a reload, as a page of its own. */
export function reloadPath(key: string): string {
  return `${feedPath(key)}/reload`
}

export function orderReloadPath(key: string): string {
  return `/api/v1/feeds/${encodeURIComponent(key)}/reload`
}

export function lookNowPath(key: string): string {
  return `/api/v1/feeds/${encodeURIComponent(key)}/look`
}

export function orderPath(id: string): string {
  return `/api/v1/orders/${encodeURIComponent(id)}`
}

export function cancelOrderPath(id: string): string {
  return `${orderPath(id)}/cancel`
}

/** Asset keys hold slashes, which stay readable unless a part would be swallowed on the way (empty, `.` or `..`). */
export function assetPath(key: string, part?: 'contract' | 'hurt'): string {
  const parts = key.split('/')
  const fragile = parts.some((each) => ['', '.', '..'].includes(each))
  const end = part === undefined ? '' : `#${part}`
  return `/assets/${fragile ? encodeURIComponent(key) : parts.map(encodeURIComponent).join('/')}${end}`
}

/** The lineage around an asset; without one where it begins, with what is asked for. */
export function lineagePath(question: { focus?: string; q?: string | null; group?: string } = {}): string {
  return `/lineage${questionOf(question)}`
}

const SUBJECT_PATHS = { group: groupPath, feed: feedPath, asset: assetPath, flow: flowPath, connection: connectionPath, job: jobPath }

/** The page of what a pause, announced work or a cause is about. */
export function subjectPath({ kind, key }: { kind: keyof typeof SUBJECT_PATHS; key: string }): string {
  return SUBJECT_PATHS[kind](key)
}

/** The asset key in the (still encoded) parts of an address made by `assetPath`; null when they are not decodable. */
export function assetKeyOf(parts: readonly string[]): string | null {
  const decoded = parts.map(decodeSegment)
  return decoded.includes(null) ? null : decoded.join('/')
}

export function decodeSegment(part: string): string | null {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}

export const cataloguePath = '/catalogue'

/** The catalogue as it is narrowed down, from a place on. */
export function filteredCataloguePath(question: Record<string, string | null | undefined>): string {
  return `${cataloguePath}${questionOf(question)}`
}

/** Something that was found and is not in the catalogue; its path stays readable, as the key of an asset does. */
export function foundThingPath(connection: string, path: string): string {
  return assetPath(`${connection}/${path}`).replace(/^\/assets/, cataloguePath)
}

export const runsPath = '/runs'

export function runPath(id: string): string {
  return `/runs/${encodeURIComponent(id)}`
}

/** Runs that fit; a job of a system stands there with its system, so that one that begins with that very name is not taken for it. */
export function filteredRunsPath(
  filter: Partial<Record<'flow' | 'system' | 'state' | 'before' | 'day', string | null | undefined>>,
): string {
  const { flow, system } = filter
  return `${runsPath}${questionOf({ ...filter, flow: flow && system ? `${system}/${flow}` : flow })}`
}

/** The runs of another system's job, `<connection>/<job>`. */
export function jobPath(job: string): string {
  const slash = job.indexOf('/')
  return filteredRunsPath({ system: job.slice(0, slash), flow: job.slice(slash + 1) })
}

/** A run's page with a question to its log, or to what it put aside. */
export function runQuestionPath(id: string, question: Record<string, string | number | null>, part: 'log' | 'rejected'): string {
  return `${runPath(id)}${questionOf(question)}#${part}`
}

/** What is asked for, as the query of an address; what is null or '' is left out. */
export function questionOf(question: Record<string, string | number | boolean | null | undefined>): string {
  const asked = Object.entries(question).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return asked.length === 0 ? '' : `?${new URLSearchParams(asked)}`
}

export function cancelRunPath(id: string): string {
  return `/api/v1/runs/${encodeURIComponent(id)}/cancel`
}

export function requestRunPath(flow: string): string {
  return `/api/v1/flows/${encodeURIComponent(flow)}/runs`
}

export const flowsPath = '/flows'

export function flowPath(name: string): string {
  return `${flowsPath}/${encodeURIComponent(name)}`
}

export function filteredFlowsPath(filter: { q?: string | null; group?: string | null; state?: string | null; page?: number }): string {
  return `${flowsPath}${questionOf(filter)}`
}

export const connectionsPath = '/connections'

export function connectionPath(key: string): string {
  return `${connectionsPath}#${encodeURIComponent(key)}`
}

/** What was found behind a connection, and which of it is asked for. */
export function foundPath(key: string, question: { q?: string | null; state?: string | null; page?: number } = {}): string {
  return `${connectionsPath}/${encodeURIComponent(key)}${questionOf(question)}`
}

export function checkConnectionPath(key: string): string {
  return `/api/v1/connections/${encodeURIComponent(key)}/check`
}

export const pausePath = '/api/v1/pauses'
export const resumePath = '/api/v1/pauses/end'

/** Where a form signs in or out. */
export const takeSignInPath = '/api/sign-in'
export const takeDemoSignInPath = '/api/sign-in/demo'

/** Where a link leads to the provider of sign-ins. */
export function oidcPath(to: string): string {
  return `/api/sign-in/oidc${questionOf({ to: to === '/' ? '' : to })}`
}

export const takeSignOutPath = '/api/sign-out'

/** Where a link that works once leads, and where its form goes. */
export function invitationPath(token: string): string {
  return `/sign-in/invitation/${encodeURIComponent(token)}`
}

export function takeInvitationPath(token: string): string {
  return `/api/sign-in/invitation/${encodeURIComponent(token)}`
}

export const accountPath = '/account'
export const changePasswordPath = '/api/account/password'
export const endSessionsPath = '/api/account/sessions/end'

export const announcePath = '/api/v1/maintenance'
export const changeMaintenancePath = '/api/v1/maintenance/change'
export const endMaintenancePath = '/api/v1/maintenance/end'
export const previewMaintenancePath = '/api/v1/maintenance/preview'
/** The page that shows what announced work will mean, and changes what has been announced. */
export const maintenancePath = '/maintenance'

export function changeMaintenancePagePath(of: { window: number } | { series: number }, back?: 'admin'): string {
  return `${maintenancePath}${questionOf({ ...of, back })}`
}

export const signInPath = '/sign-in'

export const forgottenPath = '/sign-in/forgotten'
export const takeForgottenPath = '/api/sign-in/forgotten'

/** Where to sign in, and where to go on from there. */
export function signInToPath(to: string): string {
  return `${signInPath}${questionOf({ to })}`
}

export const adminPath = '/admin'

/** A part of the admin's pages. */
export function adminPartPath(part: 'people' | 'tokens' | 'audit' | 'catalogue' | 'maintenance' | 'system'): string {
  return `${adminPath}/${part}`
}

export const invitePath = '/api/people/invitations'

/** Takes an unused invitation back. */
export function withdrawInvitationPath(id: string): string {
  return `${invitePath}/${encodeURIComponent(id)}/withdraw`
}

/** What an admin orders about somebody. */
export function personOrderPath(id: string, order: 'access' | 'end' | 'return' | 'end-sessions'): string {
  return `/api/people/${encodeURIComponent(id)}/${order}`
}

/** Somebody in the list of people. */
export function personPath(id: string): string {
  return `${adminPartPath('people')}#person-${encodeURIComponent(id)}`
}

export const accountTokensPath = '/account/tokens'
export const createTokenPath = '/api/account/tokens'
export const endTokenPath = '/api/account/tokens/end'

/** How something can stand in other pages, and the keys for that. */
export function embedsPath({ kind, key }: { kind: string; key: string }): string {
  return `/embeds${questionOf({ subject: `${kind}:${key}` })}`
}

export const createEmbedPath = '/api/embeds'

/** What programs can ask for. */
export const apiPath = '/api'
export const openApiPath = '/api/v1/openapi.json'

/** The feeds of a status or an owner. */
export function filterPath(filter: { status?: string; owner?: string; page?: string }): string {
  return `/?${new URLSearchParams(filter)}`
}
