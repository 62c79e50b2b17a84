import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { openStore } from '#lib/connectors/kit/stores/open-store.ts'
import { copyFile } from './copy-file.ts'
import { listWithVersions } from './list-versions.ts'
import { Queue, QueueAccess } from './queue.ts'
import type { S3Settings } from './settings.ts'
import { S3Access, S3Store } from './store.ts'

/** A session of `s3`, with all that it asks by. */
export function openS3(connection: Connection<S3Settings>): Session {
  const access = new S3Access(connection)
  const queue = new QueueAccess(connection)
  const { buckets, queue: address } = connection.settings
  return {
    ...openStore(connection, {
      named: buckets,
      strength: 'strong',
      store: (on) => new S3Store(on, access),
      queue: address === undefined ? null : (on) => new Queue(on, queue),
      files: listWithVersions,
      copy: (store, file, to) => copyFile(store, file, to),
    }),
    close: async () => {
      await Promise.all([access.close(), queue.close()])
    },
  }
}
