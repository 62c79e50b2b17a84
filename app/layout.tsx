import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import './_styles/fonts.css'
import './globals.css'
import { Live } from './_ui/live/live.tsx'

export const metadata: Metadata = {
  title: 'Tidemark',
  description: 'Is the data fresh, since when, why not, and who is on it.',
  alternates: { types: { 'application/atom+xml': '/feed.atom' } },
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfaf7' },
    { media: '(prefers-color-scheme: dark)', color: '#161513' },
  ],
}

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Live>{children}</Live>
      </body>
    </html>
  )
}
