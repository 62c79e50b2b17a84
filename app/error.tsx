'use client'
import { TryAgain } from './unavailable/try-again.tsx'

/** In place of a page that could not be made; comes again by itself as soon as it can be. To render it once more would show the same: it is made on the server. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <main className="wrap" id="content">
      <div className="hero">
        <h1>This page cannot be shown right now.</h1>
        <p className="lead">
          Most likely the database does not answer. That says nothing about your data: no feed has changed its status because of it.{' '}
          <a href="/api/health">The health page</a> shows what is wrong; this page tries again by itself.
        </p>
        <TryAgain />
        {error.digest !== undefined && <p className="muted mt-6">For the log: {error.digest}</p>}
      </div>
    </main>
  )
}
