import { type Status, severity } from '#lib/domain/freshness/status.ts'
import type { QuietHours } from './quiet-hours.ts'

/** What a receiver is told of: incidents as they go on, each turn of a feed, or that the data of a feed have come. */
export const ROUTED_EVENTS = ['incidents', 'feeds', 'ready'] as const
export type RoutedEvent = (typeof ROUTED_EVENTS)[number]

/** How bad it has to be, the least first. */
export const SEVERITIES = ['unknown', 'late', 'stale'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Where a feed stands in what is wrong: something of it is a cause, or all of it is held back by others. */
export const PLACES = ['root', 'dependant'] as const
export type Place = (typeof PLACES)[number]

/** One line of `routes`. An empty list and null are no condition, and no delay. */
export interface Route {
  /** Keys of channels. */
  to: readonly string[]
  groups: readonly string[]
  feeds: readonly string[]
  owners: readonly string[]
  severity: Severity | null
  place: Place | null
  events: readonly RoutedEvent[]
  /** Of the quiet hours and the digest. */
  zone: string
  quiet: QuietHours | null
  /** The times of day at which all that came since is told together. */
  digest: readonly string[]
  /** After so long it is told again that an incident goes on. */
  remindMs: number | null
}

/** A feed, by its keys. */
export interface FeedKeys {
  group: string
  feed: string
  owner: string | null
}

/** A feed as something happens to it. */
export interface FeedFacts extends FeedKeys {
  status: Status | null
  place: Place
}

/** The route by which a receiver hears of something about a feed: the first that fits. It alone decides whether the receiver gets incidents or turns, so never both. */
export function routeOf(routes: readonly Route[], receiver: string, facts: FeedFacts): Route | null {
  return routes.find((route) => leadsTo(route, receiver, facts) && isBadEnough(route, facts.status) && isPlaced(route, facts.place)) ?? null
}

/** The route by which a receiver hears such events of a feed whatever its status: that data have come, or what became of what it was told. */
export function usualRouteOf(routes: readonly Route[], receiver: string, event: RoutedEvent, facts: FeedKeys): Route | null {
  return routes.find((route) => leadsTo(route, receiver, facts) && route.events.includes(event)) ?? null
}

/** All that any route leads to from a feed, whatever happens to it. */
export function channelsOf(routes: readonly Route[], facts: FeedKeys): string[] {
  return [...new Set(routes.flatMap((route) => route.to.filter((receiver) => leadsTo(route, receiver, facts))))].sort()
}

/** Those that are told of such events at all, whatever else their routes say. */
export function receiversOf(routes: readonly Route[], event: RoutedEvent): string[] {
  return [...new Set(routes.filter(({ events }) => events.includes(event)).flatMap(({ to }) => to))].sort()
}

function leadsTo(route: Route, receiver: string, { group, feed, owner }: FeedKeys): boolean {
  if (!route.to.includes(receiver)) return false
  if (route.groups.length > 0 && !route.groups.includes(group)) return false
  if (route.feeds.length > 0 && !route.feeds.includes(feed)) return false
  return route.owners.length === 0 || (owner !== null && route.owners.some((one) => one.toLowerCase() === owner.toLowerCase()))
}

function isBadEnough(route: Route, status: Status | null): boolean {
  return route.severity === null || severity(status) <= severity(route.severity)
}

function isPlaced(route: Route, place: Place): boolean {
  return route.place === null || route.place === place
}
