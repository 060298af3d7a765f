import { type RawBuilder, sql } from 'kysely'

/**
 * Notes patients of institutions as a part of somebody else's statement, which so costs no commit of its own.
 * @param visits rows of key, institution_number, since
 */
export const relationsFrom = (visits: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`insert into consent.relation (key, institution_number, since)
    select distinct on (key, institution_number) key, institution_number, since from ${visits} order by key, institution_number on conflict do nothing`
