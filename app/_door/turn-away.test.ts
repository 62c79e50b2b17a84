import { describe, expect, it } from 'vitest'
import { turnAway } from './turn-away.ts'

const ask = (path: string, method = 'GET') => turnAway({ method, path, isDevelopment: false, isOpen: true })

describe('somebody nobody knows at a private page', () => {
  it.each([
    '/runs',
    '/feeds/terms?day=2026-11-20',
    '/overview/public',
    '/overview',
    '/account',
    '/admin/people',
    '/unavailable',
    '/nowhere',
    '/sign-inx',
  ])('is sent to sign in from %s, and comes back there', (path) => {
    expect(ask(path)).toEqual({ location: `/sign-in?${new URLSearchParams({ to: path })}` })
    expect(ask(path, 'HEAD')).toEqual(ask(path))
  })

  it('is sent to sign in from the overview', () => {
    expect(ask('/')).toEqual({ location: '/sign-in' })
  })

  it.each(['/api/v1/status', '/api/v1/events', '/api/healthy', '/api/v1/health', '/feed.atom', '/feeds/terms/feed.atom', '/api/sign-inx'])(
    'is told in words by %s',
    (path) => {
      expect(ask(path)).toBe('in words')
      expect(ask(path, 'OPTIONS')).toBe('in words')
    },
  )

  it.each(['/sign-in', '/sign-in?to=%2Fruns', '/sign-in/invitation/abc', '/api/health', '/icon.svg', '/_next/static/chunks/main.js'])(
    'may ask for %s',
    (path) => {
      expect(ask(path)).toBeNull()
    },
  )

  const letters = ['/subscriptions/abc', '/api/subscriptions/abc/leave', '/api/subscriptions/abc/end', '/api/subscriptions/abc/confirm']
  it.each(letters)('may ask for %s, once letters are written at all', (path) => {
    expect(ask(path, 'POST')).toBeNull()
    const early = turnAway({ method: 'POST', path, isDevelopment: false, isOpen: false })
    expect(early).toEqual(path.startsWith('/api/') ? 'in words' : { location: `/sign-in?${new URLSearchParams({ to: path })}` })
  })

  it('may send an order, which is refused where it is taken', () => {
    expect(ask('/api/v1/flows/course/runs', 'POST')).toBeNull()
  })

  it('gets Next’s own tools only to develop', () => {
    expect(ask('/_next/webpack-hmr')).not.toBeNull()
    expect(turnAway({ method: 'GET', path: '/_next/webpack-hmr', isDevelopment: true, isOpen: true })).toBeNull()
  })
})
