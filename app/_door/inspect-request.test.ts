import { describe, expect, it } from 'vitest'
import { type Asked, BODY_BYTES_MAX, inspectRequest } from './inspect-request.ts'

function ask(asked: Partial<Asked>) {
  const whole: Asked = {
    method: 'GET',
    target: '/',
    hosts: ['localhost:3000'],
    contentLength: undefined,
    isChunked: false,
    remoteAddress: '127.0.0.1',
    localAddress: '127.0.0.1',
    ...asked,
  }
  return inspectRequest(whole, { isDevelopment: false })
}

describe('a request', () => {
  it('is admitted by its path and the host it names', () => {
    expect(ask({ target: '/feeds/a%2Fb?x=1%2B' })).toEqual({ path: '/feeds/a%2Fb?x=1%2B', host: 'localhost:3000' })
  })

  it('that names a whole address is for the host in it, whatever its Host header says', () => {
    expect(ask({ target: 'http://evil.example/runs?flow=x' })).toEqual({ path: '/runs?flow=x', host: 'evil.example' })
    expect(ask({ target: 'HTTPS://Status.example:8443' })).toEqual({ path: '/', host: 'Status.example:8443' })
    expect(ask({ target: 'http://a.example?x' })).toEqual({ path: '/?x', host: 'a.example' })
    expect(ask({ target: 'http://user@localhost/' })).toMatchObject({ status: 400 })
    expect(ask({ target: 'ftp://localhost/' })).toMatchObject({ status: 400 })
  })

  it('that names no host, or more than one, is refused', () => {
    expect(ask({ hosts: [] })).toMatchObject({ status: 421 })
    expect(ask({ hosts: ['localhost', 'localhost'] })).toMatchObject({ status: 400 })
    expect(ask({ hosts: ['local host'] })).toMatchObject({ status: 400 })
  })

  it.each([
    '/feeds/%00',
    '/feeds/%zz',
    '/%',
    '/%c3%28',
    '/%E0%A4%A',
    '/find?q=%00',
    '/find?q=%',
    '/a%ff',
    '*',
    'feeds',
    '/a\\b',
    '/a b',
    '/x#y',
    '/sign-in/../runs',
    '/sign-in/%2e%2E/runs',
    '/api/health/.%2e/v1/status?a',
    '/runs/.',
    '/..',
    '',
  ])('for %j is refused, because nothing can be meant by it', (target) => {
    expect(ask({ target })).toMatchObject({ status: 400 })
  })

  it.each(['/assets/lake%2F..%2Fterms', '/assets/..terms/.a/...', '/find?q=/../', '/sign-in?to=/a/../b'])(
    'for %j is understood',
    (target) => {
      expect(ask({ target })).toMatchObject({ path: target })
    },
  )

  it.each(['TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'QUERY', 'LINK'])(
    'by %s is refused everywhere, and told what is taken',
    (method) => {
      expect(ask({ method, target: '/api/health' })).toMatchObject({ status: 405, allow: 'GET, HEAD, POST, OPTIONS' })
      expect(ask({ method })).toMatchObject({ status: 405, allow: 'GET, HEAD' })
    },
  )

  it('for an inner page of Next finds nothing, but its files', () => {
    for (const target of ['/_global-error', '/_not-found', '/_error?x=1']) expect(ask({ target }), target).toMatchObject({ status: 404 })
    expect(ask({ target: '/_next/static/x.js' })).not.toHaveProperty('status')
  })

  it('to an address of the API is answered alike whether there is one, as far as anybody is answered here', () => {
    const told = (method: string, target: string) => JSON.stringify({ ...ask({ method, target }), path: null })
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE'])
      for (const target of ['/api/v1/assets?limit=1', '/api/v1/runs/x/cancel', '/api/v1/openapi.json'])
        expect(told(method, target), `${method} ${target}`).toBe(told(method, '/api/v1/nowhere'))
    expect(ask({ method: 'POST', target: '/api/v1/assets' })).not.toHaveProperty('status')
  })

  it('to a page may only read', () => {
    expect(ask({ method: 'POST', target: '/runs' })).toMatchObject({ status: 405 })
    expect(ask({ method: 'OPTIONS', target: '/apidocs' })).toMatchObject({ status: 405 })
    expect(ask({ method: 'HEAD', target: '/runs' })).not.toHaveProperty('status')
  })

  it('with a body that is too long by its own words is refused before it is read', () => {
    const order = { method: 'POST', target: '/api/v1/flows/x/runs' }
    expect(ask({ ...order, contentLength: String(BODY_BYTES_MAX) })).not.toHaveProperty('status')
    expect(ask({ ...order, contentLength: String(BODY_BYTES_MAX + 1) })).toMatchObject({ status: 413 })
    expect(ask({ ...order, isChunked: true })).not.toHaveProperty('status')
  })

  it('that only reads brings no body along', () => {
    expect(ask({ isChunked: true })).toMatchObject({ status: 400 })
    expect(ask({ method: 'HEAD', contentLength: '5' })).toMatchObject({ status: 400 })
    expect(ask({ contentLength: '0' })).not.toHaveProperty('status')
  })

  it('of the tools for developing is left to them, with --dev only', () => {
    const asked = { method: 'POST', target: '/__nextjs_original-stack-frames' } as const
    expect(ask(asked)).toMatchObject({ status: 404 })
    const base: Asked = { ...asked, hosts: ['localhost'], contentLength: undefined, isChunked: false, remoteAddress: '', localAddress: '' }
    expect(inspectRequest(base, { isDevelopment: true })).not.toHaveProperty('status')
  })
})
