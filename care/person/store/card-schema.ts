import type { Migration } from '#kernel/migrate'

/** A card that is stopped keeps its link: it may be found again. */
export const cardMigrations: Migration[] = [
  {
    id: 'person/005-card-history',
    sql: `
      alter table person.card add column basis text not null default 'insurance'
          check (basis in ('insurance', 'authority', 'both-cards', 'operator')),
        add column ended_because text check (ended_because in ('renewed', 'reissued', 'returned', 'operator')),
        add column stopped_at timestamptz, add column replaces_serial text;
      create index card_of on person.card (person_id);
      create table person.card_event (
        serial text not null, issuer text not null, id text not null, at timestamptz not null, what text not null,
        by_kind text not null, by_id text not null, primary key (serial, issuer, id));
    `,
  },
]
