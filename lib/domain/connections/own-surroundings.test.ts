import { expect, test } from 'vitest'
import { isOwnSurroundings } from './own-surroundings.ts'

test.each([
  ...['169.254.169.254', '169.254.0.1', '169.254.169.254.', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '100.100.100.200'],
  ...['168.63.129.16', '0.0.0.0', '0', '0.1.2.3'],
  ...['fe80::1', 'FE80::1', '[fe80::1]', 'fe80::1%eth0', 'febf::1', '::', '[::]', 'fd00:ec2::254', 'fd00:0ec2:0:0::254', 'fd20:ce::254'],
  ...['fd00:ec2::23', '[fd00:ec2::253]', 'fd00:c1::a9fe:a9fe'],
  ...['::ffff:169.254.169.254', '[::ffff:a9fe:a9fe]', '::169.254.169.254', '64:ff9b::169.254.169.254', '::ffff:0:169.254.169.254'],
  ...['2002:a9fe:a9fe::1', '::ffff:0.0.0.0', '::ffff:168.63.129.16'],
  ...['metadata', 'metadata.google.internal', 'METADATA.google.internal.', 'metadata.goog'],
])('%s is where the machine itself is told its credentials', (host) => {
  expect(isOwnSurroundings(host)).toBe(true)
})

test.each([
  ...[
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    'localhost',
    '10.0.0.1',
    '192.168.1.5',
    '172.16.0.1',
    '100.64.0.1',
    '169.253.1.1',
    '1.169.254.1',
  ],
  ...['fd00::1', 'fec0::1', '2001:db8::1', '64:ff9b::8.8.8.8', '2002:0808:0808::1', '::ffff:10.0.0.1', '8.8.8.8'],
  ...['data.example.com', 'metadata.example.com', '0.example.com', '169.254.example.com', 'fe80.example.com', '', 'not a host', ':::'],
])('%s is not', (host) => {
  expect(isOwnSurroundings(host)).toBe(false)
})
