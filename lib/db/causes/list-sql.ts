/** SQL: all rows of a statement, which are `x`, as one list, so that one round trip brings several. */
export const listSql = (statement: string, order?: string) =>
  `coalesce((select json_agg(x${order === undefined ? '' : ` order by ${order}`}) from (${statement}) x), '[]')`
