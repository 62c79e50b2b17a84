import { globSync } from 'node:fs'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { LATE_ASSET } from '../journey-catalogue.ts'

/** The day before today, whatever the zone of the page one of those it tells of. */
export function yesterday(): string {
  return new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)
}

/** What stands for each variable part of an address: something that is there. */
const THERE = {
  feed: 'terms',
  group: 'records',
  connection: 'warehouse',
  flow: 'nightly',
  token: 'a-token-that-nobody-has',
  run: '00000000-0000-4000-8000-000000000000',
  person: 'nobody',
  invitation: '0',
  order: '1',
  asset: LATE_ASSET,
  path: 'nothing',
  incident: '1',
  report: '1',
  day: yesterday(),
  form: 'badge.svg',
}

/** The addresses of every page and route there is in the file tree, with what stands for their variable parts. */
export function allRoutes(things: Readonly<Record<string, string>> = THERE): string[] {
  return routesInTree().map((route) => addressOf(route, things))
}

/** Every page and route of the file tree, with its variable parts as they stand there: `/feeds/[feed]`. */
export function routesInTree(): string[] {
  return globSync('app/**/{page.tsx,route.ts}')
    .map((file) => `/${file.split('/').slice(1, -1).join('/')}`)
    .sort()
}

/** The address of a route with something for each of its variable parts; a part with slashes is several. */
export function addressOf(route: string, parts: Readonly<Record<string, string>>): string {
  return route.replaceAll(/\[(\.\.\.)?(\w+)\]/g, (_, several: string | undefined, name: string) => {
    const part = parts[name]
    if (part === undefined) throw new Error(`Say what stands for [${name}] in ${route}.`)
    return several === undefined ? encodeURIComponent(part) : part.split('/').map(encodeURIComponent).join('/')
  })
}
