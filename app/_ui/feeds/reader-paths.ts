/** Where somebody has themselves written to of a group or feed, and ends it. */
export function subscribePath({ kind, key }: { kind: 'group' | 'feed'; key: string }): string {
  return `/api/subscriptions/${kind}/${encodeURIComponent(key)}`
}

export function endSubscriptionPath(subject: { kind: 'group' | 'feed'; key: string }): string {
  return `${subscribePath(subject)}/end`
}

/** Where the link in letters leads, and where its forms go. */
export function subscriptionsPath(token: string): string {
  return `/subscriptions/${encodeURIComponent(token)}`
}

export function confirmSubscriptionsPath(token: string): string {
  return `/api${subscriptionsPath(token)}/confirm`
}

export function endSubscriptionsPath(token: string): string {
  return `/api${subscriptionsPath(token)}/end`
}

/** Where a problem with the data of a feed is reported, and settled. */
export function reportPath(feed: string): string {
  return `/api/v1/feeds/${encodeURIComponent(feed)}/reports`
}

export function settlePath(report: number): string {
  return `/api/v1/reports/${report}/settle`
}
