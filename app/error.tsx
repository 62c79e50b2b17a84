'use client'
import { useEffect } from 'react'

/** In place of a page that could not be made; tries again by itself. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  useEffect(() => {
    const timer = setTimeout(reset, 10_000)
    return () => clearTimeout(timer)
  }, [reset])
  return (
    <main className="wrap" id="content">
      <div className="hero">
        <h1>This page cannot be shown right now.</h1>
        <p className="lead">
          Most likely the database does not answer. That says nothing about your data: no feed has changed its status because of it.{' '}
          <a href="/api/health">The health page</a> shows what is wrong; this page tries again by itself.
        </p>
        <p className="mt-6">
          <button type="button" className="button" onClick={reset}>
            Try again now
          </button>
        </p>
        {error.digest !== undefined && <p className="muted mt-6">For the log: {error.digest}</p>}
      </div>
    </main>
  )
}
