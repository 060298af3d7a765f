import type { Migration } from '#kernel/migrate'

/**
 * What people are found by when little is remembered: entries made of their names (also earlier ones) and address. `sought_at` is empty
 * until somebody stands in the index as they are now.
 */
export const soughtMigrations: Migration[] = [
  {
    id: 'person/009-sought',
    sql: `
      alter table person.person add column sought_at timestamptz;
      create index person_not_sought on person.person (id) where sought_at is null;
      create table person.sought (person_id text primary key, keys text[] not null, pairs text[] not null);
      create index sought_keys on person.sought using gin (keys);
      create index member_id_number on person.member_id (split_part(folded, ':', 3));
    `,
  },
]
