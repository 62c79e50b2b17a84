import { describe, expect, it } from 'vitest'
import { keepsSignIn, sessionCookieName, siteOf } from './site.ts'

describe('the site of a request', () => {
  it.each([
    ['localhost:3000', 'http://localhost:3000', 'tidemark-3000'],
    ['127.0.0.1:4500', 'http://localhost:4500', 'tidemark-4500'],
    ['[::1]:80', 'http://127.0.0.1', 'tidemark-80'],
  ])('is this machine for %s of %s', (host, url, cookie) => {
    const site = siteOf(host, url)
    expect([site.isSecure, keepsSignIn(site), sessionCookieName(site)]).toEqual([false, true, cookie])
  })

  it.each([
    ['status.example.edu', 'https://status.example.edu', true],
    ['localhost:3000', 'https://status.example.edu', true],
    ['status.example.edu', 'http://localhost:3000', false],
    ['10.1.2.3:3000', 'http://localhost:3000', false],
    ['status.example.edu', 'http://status.example.edu', false],
    ['localhost.example.edu', 'http://localhost:3000', false],
  ])('is beyond it for %s of %s, where a browser keeps a sign-in: %s', (host, url, keeps) => {
    const site = siteOf(host, url)
    expect([site.isSecure, keepsSignIn(site), sessionCookieName(site)]).toEqual([true, keeps, '__Host-tidemark'])
  })
})
