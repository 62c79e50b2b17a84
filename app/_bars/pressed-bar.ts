import { dayPath } from '#app/_ui/paths.ts'
import { dayAfter } from '#lib/domain/wording/dates.ts'
import { BAR_DAYS } from '#lib/queries/shared/day-cells.ts'
import { type BarSize, LARGE, SMALL } from './bar-strokes.ts'

/** Where a row of bars leads without JavaScript: the browser adds at which pixel of it somebody pressed, `?bar=5?123,7`. */
export function pressedPath(until: string, { step }: Pick<BarSize, 'step'>): string {
  return `${dayPath(until)}?bar=${step}`
}

/** The day of the bar that was pressed in a row that ends with `until`, from what the browser added; null where it added nothing. */
export function pressedDay(until: string, bar: string): string | null {
  const [, step, x] = /^(\d{1,2})\?(\d{1,5}),\d{1,5}$/.exec(bar) ?? []
  const size = [SMALL, LARGE].find((one) => String(one.step) === step)
  return size === undefined ? null : dayAfter(until, Math.min(BAR_DAYS - 1, Math.floor(Number(x) / size.step)) - (BAR_DAYS - 1))
}
