import { adminPartPath, questionOf } from '#app/_ui/paths.ts'
import { Time } from '#app/_ui/time.tsx'
import type { CatalogueVersion } from '#lib/queries/pages/catalogue-page.ts'

const comparePath = `${adminPartPath('catalogue')}/compare`

interface VersionsProps {
  versions: readonly CatalogueVersion[]
  inForceId: number | null
}

/** Accepted catalogues, newest first; any two of them can be compared. */
export function Versions({ versions, inForceId }: VersionsProps) {
  return (
    <form action={comparePath}>
      <table className="table stacked">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">In force from</th>
            <th scope="col">Put into force by</th>
            {versions.length > 1 && <th scope="col">Compare</th>}
          </tr>
        </thead>
        <tbody>
          {versions.map((version, index) => (
            <tr key={version.id}>
              <th scope="row" className="font-medium">
                {version.id} <code className="muted font-normal">{version.hash}</code>
                {version.id === inForceId && <span className="tag">in force</span>}
              </th>
              <td data-label="In force from">
                <Time at={version.acceptedAt} form="long" />
              </td>
              <td data-label="Put into force by">
                <Loader version={version} />
              </td>
              {versions.length > 1 && (
                <td data-label="Compare">
                  <Choice version={version.id} isOld={index === 1} isNew={index === 0} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {versions.length > 1 && (
        <p className="actions">
          <button type="submit" className="button">
            Compare the two
          </button>
        </p>
      )}
    </form>
  )
}

/** A version is the one or the other of two; each also says at once what it changed. */
function Choice({ version, isOld, isNew }: { version: number; isOld: boolean; isNew: boolean }) {
  return (
    <span className="flex flex-wrap items-center gap-x-5">
      <Pick name="from" words="this" version={version} isPicked={isOld} />
      <Pick name="to" words="with" version={version} isPicked={isNew} />
      {version > 1 && (
        <a href={`${comparePath}${questionOf({ to: version })}`} className="text-note">
          What it changed<span className="sr-only"> (version {version})</span>
        </a>
      )}
    </span>
  )
}

function Pick({ name, words, version, isPicked }: { name: 'from' | 'to'; words: string; version: number; isPicked: boolean }) {
  return (
    <label className="inline-flex min-h-6 items-center gap-1.5">
      <input type="radio" name={name} value={version} defaultChecked={isPicked} className="min-h-0 accent-accent" />
      <small className="text-note">
        {words}
        <span className="sr-only"> version {version}</span>
      </small>
    </label>
  )
}

function Loader({ version: { actorKind, actor, readFrom } }: { version: CatalogueVersion }) {
  if (actorKind === null) return <span className="muted">not kept then</span>
  return (
    <>
      {actorKind === 'terminal' ? (actor === null ? 'the terminal' : `${actor} at the terminal`) : 'a worker, when the files changed'}
      {readFrom !== null && (
        <>
          {', from '}
          <code>{readFrom}</code>
        </>
      )}
    </>
  )
}
