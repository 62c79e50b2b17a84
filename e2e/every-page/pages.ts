import { globSync } from 'node:fs'
import { yesterday } from '../attack/routes.ts'

/** What stands in the addresses of a harness or of a running page. */
export interface Places {
  group: string
  feed: string
  asset: string
  flow: string
  run: string
  incident: string
}

type Addresses = (places: Places) => readonly string[]

/** Every page of the tree with the addresses it is walked at: whoever adds a page adds its line. */
const ADDRESSES: Record<string, Addresses> = {
  overview: () => ['/', '/?status=late', '/nowhere'],
  'groups/[group]': ({ group }) => [`/groups/${group}`],
  'feeds/[feed]': ({ feed }) => [`/feeds/${feed}`],
  'feeds/[feed]/reload': ({ feed }) => [`/feeds/${feed}/reload`],
  'assets/[...asset]': ({ asset }) => [`/assets/${asset}`],
  'days/[day]': () => [`/days/${yesterday()}`, '/days/2020-02-02'],
  embeds: ({ group, feed, asset }) => [
    `/embeds?subject=feed:${feed}`,
    `/embeds?subject=group:${group}`,
    `/embeds?subject=${encodeURIComponent(`asset:${decodeURIComponent(asset)}`)}`,
  ],
  find: () => ['/find?status=fresh'],
  catalogue: () => ['/catalogue', '/catalogue?q=e', '/catalogue?contract=any', '/catalogue?q=nothing+is+like+this'],
  // Somebody who sees nothing of what is found is told that there is nothing.
  'catalogue/[connection]/[...path]': () => ['/catalogue/warehouse/found.nowhere'],
  flows: () => ['/flows'],
  'flows/[flow]': ({ flow }) => [`/flows/${flow}`, `/flows/${flow}?files=failed`],
  lineage: ({ asset }) => ['/lineage', '/lineage?q=e', `/lineage?focus=${encodeURIComponent(decodeURIComponent(asset))}`],
  incidents: ({ feed }) => ['/incidents', `/incidents?feed=${feed}`],
  'incidents/[incident]': ({ incident }) => [`/incidents/${incident}`],
  runs: () => ['/runs', '/runs?state=failed'],
  'runs/[run]': ({ run }) => [`/runs/${run}`],
  connections: () => ['/connections'],
  'connections/[connection]': () => ['/connections/lake'],
  maintenance: ({ feed }) => [`/maintenance?subject=feed:${feed}`, '/maintenance?subject=everything&when=recurring'],
  admin: () => ['/admin'],
  'admin/maintenance': () => ['/admin/maintenance'],
  'admin/catalogue': () => ['/admin/catalogue'],
  'admin/catalogue/compare': () => ['/admin/catalogue/compare?to=1'],
  'admin/system': () => ['/admin/system'],
  'admin/people': () => ['/admin/people'],
  'admin/audit': () => ['/admin/audit', '/admin/audit?outcome=refused'],
  'admin/tokens': () => ['/admin/tokens'],
  account: () => ['/account'],
  'account/tokens': () => ['/account/tokens'],
  // Nobody can ask for it: it is the answer to the form that makes a token.
  'account/tokens/made': () => [],
  api: () => ['/api'],
  'sign-in': () => ['/sign-in?to=/runs'],
  'sign-in/forgotten': () => ['/sign-in/forgotten'],
  'sign-in/invitation/[token]': () => ['/sign-in/invitation/a-token-that-nobody-has'],
  'subscriptions/[token]': () => ['/subscriptions/a-link-in-letters', '/subscriptions/a-token-that-nobody-has'],
  // Nobody can ask for it: what it shows is walked while the database is gone.
  unavailable: () => [],
}

/** The addresses of all pages found in the file tree. Throws when there is a page nobody walks. */
export function addressesOf(places: Places): string[] {
  const pages = globSync('app/**/page.tsx').map((file) =>
    file
      .replaceAll('\\', '/')
      .replace(/^app\//, '')
      .replace(/\/page\.tsx$/, ''),
  )
  const unknown = pages.filter((page) => ADDRESSES[page] === undefined)
  if (pages.length === 0 || unknown.length > 0) throw new Error(`pages that nobody walks: ${unknown.join(', ') || 'none found at all'}`)
  return pages.sort().flatMap((page) => ADDRESSES[page]?.(places) ?? [])
}
