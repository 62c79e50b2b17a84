import type { Context, Sql } from '#lib/db/context.ts'
import { type IncidentFacts, loadIncidentRoots } from '#lib/db/messages/incident-facts.ts'
import { loadIncidentNews, type WaitingNews } from '#lib/db/messages/incident-news.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import { worstOf } from '#lib/domain/freshness/status.ts'
import { SAME_INCIDENT_MS } from '#lib/domain/incidents/incident.ts'
import { handlingAt, type Said } from '#lib/domain/incidents/said.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import { type IncidentStory, incidentLines, incidentSubject, type ToldFeed, type ToldRoot } from '#lib/domain/messages/incident-message.ts'
import { routeOf, usualRouteOf } from '#lib/domain/messages/route.ts'
import { type IncidentWord, incidentToTell } from '#lib/domain/messages/what-to-tell.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Notice } from '#lib/notifiers/notifier.ts'
import { formatTime } from './compose.ts'
import { concernedToTell } from './concerned-to-tell.ts'
import type { Decision, Item, Receiver } from './decision.ts'
import { isInPart, seenBy } from './seen-by-reader.ts'

/** When what is not fresh is good again, by its id, as far as whoever asks sees what decides it. */
export type AskGoodAgain = (asking: Context) => Promise<ReadonlyMap<number, GoodAgain>>

/** What a receiver is told of the incidents that something waits about: each as it stands now, as far as the receiver's routes lead to feeds in it. `due`: which rows are, by id. */
export async function decideIncidents(
  ctx: Context,
  sql: Sql,
  receiver: Receiver,
  due: ReadonlyMap<string, boolean>,
  goodAgain: AskGoodAgain,
): Promise<Decision> {
  const waiting = await loadIncidentNews(sql, receiver.key, [...due.keys()])
  const { news, known } = await seenBy(ctx, sql, receiver.reader, waiting)
  const seen = new Map(news.map((row) => [row.id, row]))
  const decision: Decision = { items: [], dropped: [] }
  for (const [id, rows] of Map.groupBy(waiting, ({ incidentId }) => incidentId)) {
    // A reminder that is not due yet goes along with whatever is told before.
    const ripe = rows.filter((row) => row.eventId !== null || due.get(row.id) === true)
    const heard = ripe.flatMap((row) => seen.get(row.id) ?? [])
    const incident = known.get(id)
    const item = incident === undefined ? null : itemOf(ctx, receiver, incident, { rows, heard, goodAgain })
    const isOver = incident === undefined || incident.endedAt !== null
    if (item === null) decision.dropped.push({ ids: (isOver ? rows : ripe).map((row) => row.id), why: 'It is no news there.' })
    else decision.items.push(item)
  }
  return decision
}

interface Waits {
  rows: readonly WaitingNews[]
  heard: readonly WaitingNews[]
  goodAgain: AskGoodAgain
}

function itemOf(ctx: Context, receiver: Receiver, incident: IncidentFacts, { rows, heard, goodAgain }: Waits): Item | null {
  const { wanted, reached, route } = routed(incident, receiver)
  const [first] = heard
  // Who is told of nothing in it any more has no business with the rest.
  if (first === undefined || (receiver.reader !== null && reached.length === 0)) return null
  const word = incidentToTell({ told: first.told, isOver: incident.endedAt !== null, isWanted: wanted.length > 0, news: heard })
  if (word === null) return null
  const { now } = receiver
  const snoozedUntil = word === 'reminded' ? handlingAt(incident, incident.said, now).snoozedUntil : null
  const feeds = word === 'resolved' || wanted.length === 0 ? reached : wanted
  return {
    ids: inOrder(rows).map((row) => row.id),
    notBefore: Math.max(now, snoozedUntil ?? now, word === 'updated' ? now : settledAt(incident)),
    route,
    isOvertaken: heard.every((row) => row.isOvertaken),
    isOver: word === 'resolved',
    remind: word === 'resolved' || route === null || route.remindMs === null ? null : { incidentId: incident.id, afterMs: route.remindMs },
    compose: () => composeIncident(ctx, incident, { word, feeds, now, goodAgain, reader: receiver.reader }),
  }
}

/** What is well again is told as over or as going on once that is decided; the worker that decides it has a minute. Of what somebody sees in part their part decides. */
function settledAt(incident: IncidentFacts): Instant {
  const { wellSince, endedAt } = incident
  if (endedAt !== null && isInPart(incident)) return endedAt + SAME_INCIDENT_MS
  return wellSince === null ? 0 : wellSince + SAME_INCIDENT_MS + MINUTE_MS
}

/** The latest event first, which names the message; reminders last. */
function inOrder(rows: readonly WaitingNews[]): WaitingNews[] {
  return rows.toSorted((a, b) => Number(b.eventId ?? 0) - Number(a.eventId ?? 0))
}

/** The feeds in an incident that a receiver hears of by incidents now, those it may hear of at all, and the first of the routes that lead to them. */
function routed({ feeds }: IncidentFacts, { key, routes }: Receiver) {
  const all = feeds.map((feed) => {
    const facts = { ...feed, feed: feed.key }
    const route = routeOf(routes, key, facts)
    return {
      feed,
      route: route?.events.includes('incidents') === true ? route : null,
      usual: usualRouteOf(routes, key, 'incidents', facts),
    }
  })
  const wanted = all.filter(({ route }) => route !== null)
  const reached = all.filter(({ usual }) => usual !== null)
  const own = new Set(wanted.length > 0 ? wanted.map(({ route }) => route) : reached.map(({ usual }) => usual))
  return {
    wanted: wanted.map(({ feed }) => feed),
    reached: reached.map(({ feed }) => feed),
    route: routes.find((route) => own.has(route)) ?? null,
  }
}

interface Telling {
  word: IncidentWord
  feeds: readonly (ToldFeed & { group: string })[]
  now: number
  goodAgain: AskGoodAgain
  reader: Context | null
}

async function composeIncident(ctx: Context, incident: IncidentFacts, { word, feeds, now, goodAgain, reader }: Telling): Promise<Notice> {
  const page = await getAddressedPage(ctx)
  const groups = feeds.map(({ group }) => group)
  const asking = reader ?? ctx
  const roots = (await loadIncidentRoots(asking.pool, incident.id)).map((root) => {
    const isKnown = reader !== null || root.groups === null || root.groups.some((group) => groups.includes(group))
    return { ...root, name: isKnown ? root.name : null }
  })
  const again = word === 'resolved' || roots.some(({ name }) => name === null) ? null : await againOf(roots, () => goodAgain(asking))
  const isAllKnown = reader !== null || roots.every(({ name }) => name !== null)
  const concerned = isAllKnown ? await concernedToTell(ctx, incident, { reader, groups }) : []
  const handling = handlingAt(incident, incident.said, now)
  const said = incident.said.findLast(isUpdate) ?? null
  const { endedAt, endHow } = incident
  const story: IncidentStory = { word, roots, feeds, concerned, endedAt, isMerged: endHow === 'merged', again, handling, said }
  const time = (at: number) => formatTime(at, page.zone)
  return {
    id: '',
    type: `incident.${word === 'reminded' ? 'updated' : word}`,
    about: `incident:${incident.id}`,
    title: incidentSubject(story, time),
    lines: incidentLines(story, time),
    status: word === 'resolved' ? 'fresh' : worstOf(feeds.map(({ worst }) => worst)),
    isOver: word === 'resolved',
    at: endedAt ?? incident.openedAt,
    link: `${page.url.replace(/\/+$/, '')}/incidents/${incident.id}`,
    pageName: page.name,
    zone: page.zone,
    data: dataOf(incident, story),
  }
}

function isUpdate(said: Said): said is Extract<Said, { text: string }> {
  return said.kind === 'updated'
}

/** When the worst of its causes is good again: no date before a date, a late one before an early one. */
async function againOf(
  roots: readonly (ToldRoot & { assetId: number | null })[],
  goodAgain: () => ReturnType<AskGoodAgain>,
): Promise<GoodAgain | null> {
  const all = await goodAgain()
  const found = roots.flatMap(({ assetId }) => (assetId === null ? [] : (all.get(assetId) ?? [])))
  const [worst] = found
    .toSorted((a, b) => (a.kind === 'by' ? a.at : Number.MAX_VALUE) - (b.kind === 'by' ? b.at : Number.MAX_VALUE))
    .reverse()
  return worst ?? null
}

function dataOf(
  { id, openedAt }: IncidentFacts,
  { word, roots, feeds, concerned, endedAt, isMerged, again, handling, said }: IncidentStory,
) {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
  return {
    incident: String(id),
    ...(word === 'reminded' && { reminder: true }),
    since: iso(openedAt),
    until: iso(endedAt),
    ...(isMerged && { merged: true }),
    causes: roots.map(({ kind, name, since, status }) => ({ kind, name, since: iso(since), ...(word !== 'resolved' && { status }) })),
    feeds: feeds.map(({ key, name, groupName, owner, status, place }) => ({
      feedKey: key,
      feedName: name,
      groupName,
      owner,
      status,
      place,
    })),
    ...(concerned.length > 0 && { concerned: concerned.map(({ name, group, owners }) => ({ name, group: group?.name ?? null, owners })) }),
    goodAgain: again?.kind === 'by' ? iso(again.at) : null,
    assignee: handling.assignee,
    acknowledgedBy: handling.acknowledged?.by ?? null,
    update: said?.text ?? null,
  }
}
