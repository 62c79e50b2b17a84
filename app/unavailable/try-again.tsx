'use client'
import { useEffect } from 'react'

const EVERY_MS = 10_000

/** Looks every ten seconds whether the page can be shown again, and then shows it; or at once, by a button. */
export function TryAgain() {
  useEffect(() => {
    const look = async () => {
      const answer = await fetch(location.href, { method: 'HEAD', cache: 'no-store' }).catch(() => null)
      if (answer !== null && answer.status < 500) location.reload()
    }
    const timer = setInterval(() => void look(), EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p className="mt-6">
      <button type="button" className="button" onClick={() => location.reload()}>
        Try again now
      </button>
    </p>
  )
}
