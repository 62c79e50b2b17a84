import { expect, it } from 'vitest'
import { cameFrom, proxyFinder } from './came-from.ts'

const isProxy = proxyFinder(['172.20.0.0/16', '192.0.2.7', 'fd00:1::/32', '::ffff:10.0.3.7', '::ffff:10.1.0.0/112'])

it.each([
  ['without a proxy, the other end of the connection', '198.51.100.4', undefined, '198.51.100.4'],
  ['nobody but a proxy is believed', '198.51.100.4', '203.0.113.9', '198.51.100.4'],
  ['a neighbour of a proxy is none', '192.0.2.8', '203.0.113.9', '192.0.2.8'],
  ['the one whom a proxy of this machine names', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['the one whom a proxy of the network names, as IPv6 sockets show it', '::ffff:172.20.0.1', '203.0.113.9', '203.0.113.9'],
  ['the one whom a single proxy names', '192.0.2.7', '203.0.113.9', '203.0.113.9'],
  ['the one whom a proxy of an IPv6 network names', 'fd00:1::5', '2001:db8::1', '2001:db8::1'],
  ['the one whom a proxy names that is written as IPv6 shows it', '10.0.3.7', '203.0.113.9', '203.0.113.9'],
  ['its neighbour is none', '::ffff:10.0.3.8', '203.0.113.9', '10.0.3.8'],
  ['the one whom a proxy of a network so written names', '::ffff:10.1.9.9', '203.0.113.9', '203.0.113.9'],
  ['through two proxies, the one before the first', '127.0.0.1', '203.0.113.9, 172.20.3.4', '203.0.113.9'],
  ['what somebody unknown has written before is not believed', '172.20.0.1', '127.0.0.1, 192.0.2.7, 203.0.113.9', '203.0.113.9'],
  ['what is no address ends the way', '172.20.0.1', '203.0.113.9, unknown', '172.20.0.1'],
  ['a proxy that names nobody asks itself', '172.20.0.1', undefined, '172.20.0.1'],
  ['of proxies only, the first', '127.0.0.1', '172.20.0.9, 172.20.0.1', '172.20.0.9'],
])('%s', (_, near, forwardedFor, expected) => {
  expect(cameFrom(near, forwardedFor, isProxy)).toBe(expected)
})
