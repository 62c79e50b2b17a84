import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

export const sapSettings = z
  .strictObject({
    /** `bapi`: function modules through a gateway. `odata2`, `odata4`: an OData service. */
    protocol: z.enum(['bapi', 'odata2', 'odata4']).default('bapi'),
    url: z.url({ protocol: /^https?$/, error: 'must be the address of the BAPI gateway or of the OData service' }),
    /** Sent as `x-api-key` or under `keyHeader`; OData may take user and password instead. */
    key: z.string().min(1).optional(),
    keyHeader: z
      .string()
      .regex(/^[\w-]+$/)
      .default('x-api-key'),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    /** The SAP client of an OData service. */
    client: z
      .string()
      .regex(/^\d{3}$/)
      .optional(),
    timeout: durationSchema.default(60_000),
    /** The zone of OData's date-times without one: the system's. */
    zone: zoneSchema.default('America/New_York'),
    checkBapi: z.string().regex(/^\w+$/).default('Z_HR_EMPLOYEE_OBJ_LIST'),
    checkAccount: z.string().min(1).default('HR'),
    checkTable: z.string().min(1).default('ET_EMP_LIST'),
  })
  .superRefine(({ protocol, key, user, password }, issues) => {
    if (protocol === 'bapi' && key === undefined)
      issues.addIssue({ code: 'custom', path: ['key'], message: 'is missing: the BAPI gateway wants a key' })
    if (protocol !== 'bapi' && key === undefined && (user === undefined || password === undefined))
      issues.addIssue({ code: 'custom', path: ['user'], message: 'is missing: an OData service wants user and password, or a key' })
  })
export type SapSettings = z.infer<typeof sapSettings>

export const sapAssetSettings = z.strictObject({
  /** Function modules: fingerprint this table. Costs the whole list at every probe; without it we only see that SAP answers. */
  table: z.string().min(1).optional(),
  account: z.string().min(1).optional(),
  /** OData: a column with the instant of the newest change; without it only the count tells. */
  changedOn: z.string().regex(/^\w+$/).optional(),
})
