import { connectionsPath, flowsPath, overviewPath, runsPath } from './paths.ts'

/** The parts of the page, in the order they are offered. */
const PLACES = [
  ['status', 'Status', overviewPath],
  ['runs', 'Runs', runsPath],
  ['flows', 'Flows', flowsPath],
  ['connections', 'Connections', connectionsPath],
] as const

export type Place = (typeof PLACES)[number][0]

/** The way between the parts of the page; `isDeeper`: on a screen below the part's first one. */
export function Navigation({ place, isDeeper }: { place: Place; isDeeper: boolean }) {
  return (
    <nav className="places" aria-label="Parts of the page">
      <ul>
        {PLACES.map(([key, words, href]) => (
          <li key={key}>
            <a href={href} aria-current={key !== place ? undefined : isDeeper ? 'true' : 'page'}>
              {words}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
