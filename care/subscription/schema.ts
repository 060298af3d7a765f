import type { Migration } from '#kernel/migrate'

/** Orders and their events, sharded by the number of the institution that placed them (`key`). */
export const subscriptionMigrations: Migration[] = [
  {
    id: 'subscription/001-orders',
    sql: `
      create schema subscription;
      create table subscription.subscription (
        key text not null, id text not null, version int not null, last_updated timestamptz not null, deleted boolean not null default false,
        client_id text not null, scopes text[] not null, status text not null, reason text,
        type text not null, channel text not null, ordered jsonb not null, body jsonb not null, ends_at timestamptz,
        events bigint not null default 0, delivered bigint not null default 0,
        failures int not null default 0, failing_since timestamptz, next_try_at timestamptz, parked boolean not null default false,
        last_sent_at timestamptz,
        primary key (key, id));
      create index subscription_listening on subscription.subscription (type) where not deleted and status in ('active', 'error');
      create table subscription.event (
        key text not null, subscription_id text not null, number bigint not null, at timestamptz not null,
        resource_key text not null, type text not null, id text not null, version int not null, removed boolean not null,
        primary key (key, subscription_id, number));
      create index event_of_resource on subscription.event (key, subscription_id, type, id);
      create index event_by_time on subscription.event using brin (at);
      create table subscription.binding (
        key text not null, token_hash bytea not null, client_id text not null, subscription_ids text[] not null, until timestamptz not null,
        primary key (key, token_hash));
    `,
  },
  {
    id: 'subscription/002-purpose',
    sql: `alter table subscription.subscription add column purpose text not null default 'TREAT';`,
  },
  {
    id: 'subscription/003-via',
    // By which token it was ordered: who asks what a stolen one reached finds of whom it told.
    sql: `alter table subscription.subscription add column via text not null default '';`,
  },
]
