import { expect, it } from 'vitest'
import { stsOf } from './role.ts'

it.each([
  [{ region: 'eu-central-1' }, 'https://sts.eu-central-1.amazonaws.com/', 'eu-central-1'],
  [{ region: 'cn-north-1' }, 'https://sts.cn-north-1.amazonaws.com.cn/', 'cn-north-1'],
  [{ endpoint: 'https://s3.eu-west-1.amazonaws.com' }, 'https://sts.eu-west-1.amazonaws.com/', 'eu-west-1'],
  [{ endpoint: 'https://s3-eu-west-1.amazonaws.com' }, 'https://sts.eu-west-1.amazonaws.com/', 'eu-west-1'],
  [{ endpoint: 'https://s3.cn-north-1.amazonaws.com.cn' }, 'https://sts.cn-north-1.amazonaws.com.cn/', 'cn-north-1'],
  [{ endpoint: 'https://bucket.vpce-1a.s3.us-gov-west-1.vpce.amazonaws.com' }, 'https://sts.us-gov-west-1.amazonaws.com/', 'us-gov-west-1'],
  [{ endpoint: 'https://s3.amazonaws.com' }, 'https://sts.us-east-1.amazonaws.com/', 'us-east-1'],
  [{ endpoint: 'https://s3.amazonaws.com', region: 'eu-north-1' }, 'https://sts.eu-north-1.amazonaws.com/', 'eu-north-1'],
  [{ endpoint: 'https://s3.example.edu/store', region: 'campus' }, 'https://s3.example.edu/', 'campus'],
  [{ endpoint: 'https://notamazonaws.com' }, 'https://notamazonaws.com/', 'us-east-1'],
])('the role of %j is asked for at %s', (settings, url, region) => {
  const sts = stsOf(settings)
  expect([sts.url.href, sts.region]).toEqual([url, region])
})
