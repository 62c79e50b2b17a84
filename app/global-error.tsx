'use client'
import './globals.css'

/** The last resort, when even the page shell fails. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <main className="wrap">
          <div className="hero">
            <h1>This page cannot be shown right now.</h1>
            <p className="lead">
              Load it again in a moment. <a href="/api/health">The health page</a> shows what is wrong.
            </p>
          </div>
        </main>
      </body>
    </html>
  )
}
