/**
 * A part of the page that can change, named as the open pages are told of it: `page` (what stands on every screen), `group:records`,
 * `feed:terms`, `asset:lake/x`, `flow:course`, `progress:course`, `job:dbt/nightly`, `run:<id>`, `incident:<id>`, `connection:sap`. `feed:*` means all of a kind, `*` everything.
 */
export type Topic = string

/** Whether something that moved is shown by a screen that shows these topics; what stands on every screen is shown by all. */
export function isShown(moved: readonly Topic[], shown: readonly Topic[]): boolean {
  return moved.some((topic) => topic === '*' || topic === 'page' || shown.some((mine) => meets(topic, mine)))
}

function meets(topic: Topic, other: Topic): boolean {
  if (topic === other) return true
  const isWide = topic.endsWith(':*') || other.endsWith(':*')
  return isWide && topic.slice(0, topic.indexOf(':')) === other.slice(0, other.indexOf(':'))
}

/** One thing that is watched: what it is shown as, and a mark that is another one when it has changed. */
export interface Sighting {
  topics: Topic[]
  mark: string
  /** Nothing more will become of it: that it is out of sight is no news. */
  isOver: boolean
}

/** More than so many topics at once are told as everything. */
const TOPICS_MAX = 300

/** The topics of whatever differs between two looks, each once; `*` when there would be too many. */
export function movedTopics(before: ReadonlyMap<string, Sighting>, after: ReadonlyMap<string, Sighting>): Topic[] {
  const moved = new Set<Topic>()
  for (const [key, { topics, mark }] of after) if (before.get(key)?.mark !== mark) for (const topic of topics) moved.add(topic)
  for (const [key, { topics, isOver }] of before) if (!isOver && !after.has(key)) for (const topic of topics) moved.add(topic)
  return moved.size > TOPICS_MAX ? ['*'] : [...moved]
}
