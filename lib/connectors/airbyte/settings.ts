import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { checkTogether } from '#lib/connectors/kit/http-auth.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const airbyteSettings = z
  .strictObject({
    /** The address of its API: it ends in `/api/public/v1` where Airbyte is run by oneself. */
    url: addressSchema('must be an address such as https://airbyte.example.edu/api/public/v1', 'user and password').default(
      'https://api.airbyte.com/v1',
    ),
    clientId: z.string().min(1).optional(),
    clientSecret: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    /** Only connections of these, by their ids; absent: of every workspace that the account may see. */
    workspaces: z.array(z.string().min(1)).min(1).optional(),
    timeout: durationSchema.default(MINUTE_MS),
  })
  .superRefine((settings, issues) => {
    const blame = (key: string, message: string) => issues.addIssue({ code: 'custom', path: [key], message })
    const { clientId, clientSecret, user, password } = settings
    checkTogether(settings, ['clientId', 'clientSecret'], blame)
    checkTogether(settings, ['user', 'password'], blame)
    if (clientId !== undefined && user !== undefined) blame('user', 'is not used with clientId')
    if ((clientId ?? clientSecret ?? user ?? password) === undefined)
      blame('clientId', 'is missing, with clientSecret; or write user and password')
  })
export type AirbyteSettings = z.output<typeof airbyteSettings>

export type Connected = Connection<AirbyteSettings>

/** Whether a path may be the id of a connection, as Airbyte makes them. */
export const isConnectionId = (path: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(path)
