/** SQL: all rows of a statement, which are `x`, as one list, so that one round trip brings several. */
export const listSql = (statement: string, order?: string) =>
  `coalesce((select json_agg(x${order === undefined ? '' : ` order by ${order}`}) from (${statement}) x), '[]')`

/** SQL: a column of instants in milliseconds. */
export const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`
