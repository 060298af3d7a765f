import type { Migration } from '#kernel/migrate'

/**
 * One person through every change. `person.person` holds what is true now; what was stated, by whom and from which day, stands in
 * `statement`. `link` says which keys a link moved, so that it can be undone exactly.
 */
export const peopleMigrations: Migration[] = [
  {
    id: 'person/006-people',
    sql: `
      alter table person.person add column merged_into text, add column compared_at timestamptz, add column name_roma text not null default '',
        add column name_of_other text not null default '', add column name_of_other_kana text not null default '', add column sex2 text not null default '';
      create index person_merged on person.person (merged_into) where merged_into is not null;
      create index person_not_compared on person.person (id) where compared_at is null;
      alter table person.member_id add column entered_as text, add column qualified_from text, add column lost_on text,
        add column reason_of_loss text check (reason_of_loss in ('01', '02', '03', '99'));
      create table person.statement (
        person_id text not null, id text not null, part text not null, value jsonb not null, valid_from text not null, source text not null,
        stated_by text not null, noted_at timestamptz not null, noted_by text not null, undone_at timestamptz, undone_by text,
        primary key (person_id, id));
      create table person.name_key (folded text not null, person_id text not null, primary key (folded, person_id));
      create index name_key_prefix on person.name_key (folded text_pattern_ops);
      create index name_key_of on person.name_key (person_id);
      create table person.possible_duplicate (
        key text not null, other_key text not null, found_at timestamptz not null, points int not null, found text[] not null,
        primary key (key, other_key));
      create table person.decision (
        key text not null, id text not null, other_key text not null, decided text not null check (decided in ('same', 'different', 'asked')),
        reason text not null, note text not null, link_id text, decided_at timestamptz not null, decided_by text not null,
        decided_by_name text not null, undone_at timestamptz, undone_by text, undone_reason text,
        primary key (key, id));
      create index decision_by_time on person.decision (decided_at);
      create table person.link (
        id text primary key, from_person text not null, to_person text not null, keys text[] not null, member_ids jsonb not null,
        cards jsonb not null, made_at timestamptz not null, made_by text not null, undone_at timestamptz, undone_by text);
      create index link_to on person.link (to_person);
      create table person.proxy (
        represented_id text not null, id text not null, proxy_id text not null, basis text not null
          check (basis in ('parent', 'guardian', 'curator', 'family')),
        evidence text not null, valid_from text not null, until text, made_at timestamptz not null, made_by text not null,
        accepted_at timestamptz, ended_at timestamptz, ended_by text, primary key (represented_id, id));
      create index proxy_of on person.proxy (proxy_id);
      create table person.mark (
        person_id text not null, id text not null, basis text not null, note text not null, valid_from text not null, until text,
        blocked_ids text[] not null, blocks_all boolean not null, made_at timestamptz not null, made_by text not null,
        ended_at timestamptz, ended_by text, primary key (person_id, id));
    `,
  },
]
