import type { Migration } from '#kernel/migrate'

export const noticeMigrations: Migration[] = [
  {
    id: 'notice/001-notices',
    sql: `
      create schema notice;
      create table notice.notice (
        key text not null, id text not null, kind text not null, facts jsonb not null, request_id text not null,
        at timestamptz not null, taken_at timestamptz not null, read_at timestamptz, primary key (key, id));
      create index notice_unread on notice.notice (key) where read_at is null;
      create index notice_of_emergency on notice.notice (at) where kind = 'break-glass';
      create table notice.touched (
        key text not null, institution_number text not null, first_at timestamptz not null, last_at timestamptz not null,
        primary key (key, institution_number));
      create table notice.progress (name text primary key, next_leaf bigint not null, since timestamptz not null);
      insert into notice.progress (name, next_leaf, since) values ('first-access', 0, now());
      create table notice.wish (person_id text primary key, ordinary text not null, changed_at timestamptz not null);
      create table notice.channel (
        person_id text not null, id text not null, kind text not null, address text not null, p256dh text, auth text, label text not null,
        lang text not null, state text not null, why text not null default '', token text, token_until timestamptz,
        owed bigint not null default 0, sent bigint not null default 0, urgent boolean not null default false, due_at timestamptz,
        tries int not null default 0, failing_since timestamptz, made_at timestamptz not null, arrived_at timestamptz,
        primary key (person_id, id));
      create index channel_due on notice.channel (due_at) where due_at is not null;
    `,
  },
  {
    // On a platform that is new nothing happened before there were notices: everything is told.
    id: 'notice/002-new-platform',
    sql: `
      update notice.progress set since = 'epoch' where name = 'first-access' and next_leaf = 0 and not exists (select 1 from kernel.audit);
    `,
  },
]
