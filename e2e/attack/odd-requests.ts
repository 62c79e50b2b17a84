import { chunkedBody } from './raw-request.ts'

/** Verbs that pages take, and others. */
export const VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT', 'NONSENSE']
/** What may stand for a part of a path. */
export const ODD_PARTS = [
  '%00',
  '%zz',
  '%',
  '%c3%28',
  '%ff',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '\xc3\xa9',
  '%0d%0ax:y',
  '%F0%9F%92%A9',
  'a'.repeat(3000),
  "'or 1=1--",
  '%E2%80%AE',
  '%ED%A0%80',
]
/** First lines of a request. */
export const ODD_TARGETS = [
  '*',
  '//evil.example/',
  '///',
  '/..',
  '/%2e%2e/',
  '/\\evil.example',
  'http://evil.example/',
  'http://localhost/runs',
  '/?q=%00',
  '/?q=%',
  '/find?status=%00&owner=%ff',
  `/?${'a=b&'.repeat(2000)}`,
  '/_next/image?url=http://127.0.0.1:1/&w=64&q=75',
  '/_next/data/x/index.json',
  '/_next/static/%00',
  '/api',
  '/api/',
  '/api/v1',
  '/api/internal',
  '/overview/private',
  '/.env',
  '/_not-found',
  '/_global-error',
  '/500',
]
/** Headers that mean something to those who answer, or to a proxy. */
export const ODD_HEADERS: Record<string, string>[] = [
  { rsc: '1' },
  { rsc: '1', 'next-router-state-tree': 'nonsense' },
  { rsc: '1', 'next-router-state-tree': '%00%zz', 'next-router-prefetch': '1' },
  { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree', rsc: '1' },
  { 'next-action': 'x' },
  { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
  { 'x-nextjs-data': '1', 'x-matched-path': '/runs', 'x-invoke-path': '/runs', 'x-invoke-status': '500' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'nonsense', 'x-forwarded-port': '99999' },
  { 'accept-encoding': 'nonsense', accept: '*/*;q=x', 'if-none-match': '"', 'if-modified-since': 'never', range: 'bytes=9-1' },
  { cookie: `__prerender_bypass=x; __next_preview_data=${'y'.repeat(2000)}` },
  { 'last-event-id': '999999999999999999' },
  { upgrade: 'websocket', connection: 'Upgrade, close', 'sec-websocket-key': 'x' },
  { expect: '100-continue' },
]

const order = { 'content-type': 'application/json' }

/** Bodies that are not what their headers say, that are too long, or that never end. */
export const ODD_BODIES = [
  { headers: { ...order, 'transfer-encoding': 'chunked' }, body: () => chunkedBody(4 * 2 ** 20) },
  { headers: { ...order, 'transfer-encoding': 'chunked' }, body: () => [Buffer.from('zz\r\nnonsense\r\n')] },
  { headers: { ...order, 'content-length': '50' }, body: () => [Buffer.from('{"a":1}')], cutAfterMs: 50 },
  { headers: { ...order, 'content-length': '2' }, body: () => [Buffer.from('{"a":1}')] },
  { headers: { ...order, 'content-length': '-1' } },
  { headers: { ...order, 'content-length': '3', 'transfer-encoding': 'chunked' }, body: () => chunkedBody(0) },
  { headers: { ...order, 'content-length': '7' }, body: () => [Buffer.from('\xff\xfe\x00{"a"', 'latin1')] },
  { headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '4' }, body: () => [Buffer.from('--x-')] },
]
