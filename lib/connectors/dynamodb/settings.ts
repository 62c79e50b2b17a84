import { z } from 'zod'
import { awsKeys, checkAws } from '#lib/connectors/kit/aws/settings.ts'
import { JUDGED_CLOCKS } from '#lib/domain/freshness/facts.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

export const dynamoSettings = z
  .strictObject({
    ...awsKeys,
    /** Looked at by check and discovery; absent: all that we may list. */
    tables: z.array(z.string().min(1)).min(1).optional(),
  })
  .superRefine(checkAws)
export type DynamoSettings = z.output<typeof dynamoSettings>

const keyValue = z.union([z.string().min(1), z.number()])

export const dynamoAssetSettings = z
  .strictObject({
    /** The whole key of one item in which the time stands: a watermark. */
    item: z.record(z.string().min(1), keyValue).optional(),
    /** Part of the table, by the value of its first key: its item with the last second key is looked at. */
    partition: keyValue.optional(),
    /** The index that `partition` is of; absent: the table itself. */
    index: z.string().min(1).optional(),
    /** In which the time stands; absent: of `partition` the second key. */
    attribute: z.string().min(1).optional(),
    /** The clock that it feeds; absent: loadedAt of an `item`, writtenAt of a `partition`. */
    clock: z.enum(JUDGED_CLOCKS).optional(),
    /** Of days and wall times; absent: UTC. */
    zone: zoneSchema.optional(),
  })
  .superRefine(({ item, partition, index, attribute, clock }, issues) => {
    const say = (key: string, message: string) => issues.addIssue({ code: 'custom', path: [key], message })
    if (item !== undefined && Object.keys(item).length > 2) say('item', 'has a key of more than two attributes')
    if (item !== undefined && partition !== undefined) say('partition', 'stands beside item; keep one of them')
    if (item !== undefined && attribute === undefined)
      say('attribute', 'is missing: it says in which attribute of the item the time stands')
    if (index !== undefined && partition === undefined) say('index', 'goes with partition')
    if (item === undefined && partition === undefined && (attribute ?? clock) !== undefined)
      say(attribute === undefined ? 'clock' : 'attribute', 'goes with item or partition')
  })
export type DynamoAsset = z.infer<typeof dynamoAssetSettings>

/** What a path of such a connection cannot be, in words; null: it may be the name of a table. */
export function whyNoTable(path: string): string | null {
  return /^[A-Za-z0-9_.-]{3,255}$/.test(path) ? null : 'cannot be the name of a table: 3 to 255 letters, digits, "_", "-" and "."'
}
