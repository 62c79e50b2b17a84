'use client'
import { BarPatterns } from '#app/_bars/bar-patterns.tsx'
import { SMALL } from '#app/_bars/bar-strokes.ts'

/** Icons and the patterns of small bars, once per page; everything else refers to them by name. In the browser's script, so that no document carries them twice. */
export function Sprite() {
  return (
    <svg width="0" height="0" aria-hidden="true" className="absolute">
      <defs>
        <Icons />
        <BarPatterns prefix="p" size={SMALL} />
      </defs>
    </svg>
  )
}

function Icons() {
  return (
    <>
      <symbol id="i-fresh" className="text-fresh" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="7.5" fill="currentColor" />
        <path
          d="m4.6 8.3 2.3 2.3 4.5-5"
          fill="none"
          stroke="var(--color-paper)"
          strokeWidth="1.8"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </symbol>
      <symbol id="i-late" className="text-late" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" strokeWidth="1.8" />
        <path d="M8 4.2V8l2.6 1.8" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
      </symbol>
      <symbol id="i-stale" className="text-stale" viewBox="0 0 16 16">
        <path d="M4.9.8h6.2l4.1 4.1v6.2l-4.1 4.1H4.9L.8 11.1V4.9z" fill="currentColor" />
        <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" stroke="var(--color-paper)" strokeWidth="1.8" strokeLinecap="round" />
      </symbol>
      <symbol id="i-risk" viewBox="0 0 16 16">
        <path d="M8 1.8 15 14H1z" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" />
        <path d="M8 6.200v3.800m0 1.300v1" stroke="currentColor" strokeWidth="1.500" strokeLinecap="round" />
      </symbol>
      <symbol id="i-unknown" className="text-unknown" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.8" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.4 1.9" />
        <path
          d="M6.1 6.4a1.9 1.9 0 1 1 2.7 1.7c-.6.3-.8.6-.8 1.2"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
        />
        <circle cx="8" cy="11.5" r=".95" fill="currentColor" />
      </symbol>
      <symbol id="i-maintenance" className="text-maintenance" viewBox="0 0 16 16">
        <path
          d="M15 4.2a4.3 4.3 0 0 1-5.7 4.1l-5 5.7a2 2 0 0 1-2.9-2.8l5.9-4.9A4.3 4.3 0 0 1 12.6.8L10 3.4l.4 2.2 2.2.4z"
          fill="currentColor"
        />
      </symbol>
      <symbol id="i-running" className="text-accent" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.8" fill="none" stroke="currentColor" strokeWidth="1.4" />
        <path d="M6.4 4.9v6.2L11.4 8z" fill="currentColor" />
      </symbol>
      <symbol id="i-dry" className="text-muted" viewBox="0 0 16 16">
        <path
          d="M5.6 1.4h4.8M6.6 1.4v4.700L2.700 12.900a1.100 1.100 0 0 0 .95 1.700h8.700a1.100 1.100 0 0 0 .95-1.700L9.400 6.100V1.400M4.600 10.300h6.800"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.300"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </symbol>
      <symbol id="i-found" className="text-unknown" viewBox="0 0 16 16">
        <rect x="2" y="2" width="12" height="12" rx="2.5" fill="none" stroke="currentColor" strokeWidth="1.400" strokeDasharray="2.600 2" />
      </symbol>
      <symbol id="i-gone" className="text-unknown" viewBox="0 0 16 16">
        <rect x="2" y="2" width="12" height="12" rx="2.5" fill="none" stroke="currentColor" strokeWidth="1.400" />
        <path d="M4.500 11.500l7-7" stroke="currentColor" strokeWidth="1.400" strokeLinecap="round" />
      </symbol>
      <symbol id="i-unfolds" viewBox="0 0 16 16">
        <path d="m6 3.5 4.5 4.5L6 12.5" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
      </symbol>
      <symbol id="i-none" className="text-unknown" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.8" fill="none" stroke="currentColor" strokeWidth="1.2" />
      </symbol>
    </>
  )
}
