import type { Migration } from '#kernel/migrate'

export const publicMigrations: Migration[] = [
  {
    id: 'public/001-statistics',
    sql: `
      create schema statistics;
      create table statistics.day (
        day text not null, actor_kind text not null, actor_role text not null, purpose text not null, action text not null,
        outcome text not null, rule text not null, of_person boolean not null, lines bigint not null,
        primary key (day, actor_kind, actor_role, purpose, action, outcome, rule, of_person));
      create table statistics.progress (name text primary key, next_leaf bigint not null);
      insert into statistics.progress (name, next_leaf) values ('log', 0);
    `,
  },
]
