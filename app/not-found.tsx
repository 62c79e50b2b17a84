import { overviewPath } from './_ui/paths.ts'

export const metadata = { title: 'Not found' }

/** For a page that is already open; a whole document comes by the door, with everything around it. */
export default function NotFound() {
  return (
    <main className="wrap" id="content">
      <NothingHere />
    </main>
  )
}

/** What is said where there is nothing. */
export function NothingHere() {
  return (
    <div className="hero">
      <h1>There is nothing at this address.</h1>
      <p className="lead">
        A group, feed or table may have been renamed or taken out of the catalogue. Its history is kept: it comes back with its old key, or
        with <code>was: old-key</code> under its new one, and then this address leads there.
      </p>
      <p className="mt-6">
        <a href={overviewPath}>All feeds</a>
      </p>
    </div>
  )
}
