import type { Migration } from './migrate.ts'

/**
 * The kernel's own tables. Audit and outbox rows are sharded by patient key (`''` where an act touched nobody);
 * sessions, leadership and keys are small and local.
 */
export const kernelMigrations: Migration[] = [
  {
    id: 'kernel/001-ground',
    partitioned: ['kernel.audit', 'kernel.outbox'],
    sql: `
      create table kernel.audit (
        key text not null, id text not null, at timestamptz not null,
        actor_kind text not null, actor_id text not null, actor_name text not null, actor_role text not null,
        institution_number text not null, institution_name text not null,
        purpose text not null, action text not null, outcome text not null, resource text not null,
        kinds text[] not null, count int not null, consent_id text not null, rule text not null, law text not null, request_id text not null,
        salt bytea not null, commitment bytea not null, leaf_index bigint,
        primary key (key, id));
      create index audit_without_leaf on kernel.audit (id) where leaf_index is null;
      create table kernel.audit_node (level int not null, index bigint not null, hash bytea not null, primary key (level, index));
      create table kernel.audit_checkpoint (
        size bigint primary key, root bytea not null, at timestamptz not null, key_id text not null, signature bytea not null);
      create table kernel.outbox (
        key text not null, id text not null, at timestamptz not null, topic text not null, payload jsonb not null, delivered_at timestamptz,
        primary key (key, id));
      create index outbox_open on kernel.outbox (id) where delivered_at is null;
      create table kernel.idempotency (
        actor_id text not null, idempotency_key text not null, request_hash bytea not null,
        status int not null, headers jsonb not null, body text not null, at timestamptz not null,
        primary key (actor_id, idempotency_key));
      create table kernel.leader (name text primary key, epoch bigint not null, holder text not null, beat_at timestamptz not null);
      create table kernel.session (
        id_hash bytea primary key, actor_kind text not null, subject text not null,
        started_at timestamptz not null, seen_at timestamptz not null, until timestamptz not null, ended_at timestamptz);
      create table kernel.used_once (scope text not null, value text not null, until timestamptz not null, primary key (scope, value));
      create table kernel.sign_in_failure (subject text primary key, failures int not null, locked_until timestamptz);
      create table kernel.key_ring (purpose text not null, kid text not null, jwk jsonb not null, made_at timestamptz not null, primary key (purpose, kid));
    `,
  },
  {
    id: 'kernel/002-outbox-parking',
    sql: `
      alter table kernel.outbox add column tries int not null default 0, add column error text, add column parked_at timestamptz;
      create index outbox_by_time on kernel.outbox using brin (at);
    `,
  },
  {
    id: 'kernel/003-used-proof',
    sql: 'create table kernel.used_proof (hash bytea primary key, until timestamptz not null); create index used_proof_by_end on kernel.used_proof (until);',
  },
  {
    id: 'kernel/004-session-proof',
    sql: `
      drop table kernel.session;
      create table kernel.session (
        id text primary key, hash bytea not null, previous_hash bytea, renewed_at timestamptz not null, used_at timestamptz,
        actor_kind text not null, subject text not null, proven_by text not null, proven_at timestamptz not null, acts_for text,
        desk boolean not null, label text not null,
        started_at timestamptz not null, seen_at timestamptz not null, until timestamptz not null, ended_at timestamptz);
      create index session_of on kernel.session (actor_kind, subject);
    `,
  },
  {
    id: 'kernel/005-log-proof',
    sql: `
      create index audit_by_leaf on kernel.audit using brin (leaf_index) with (pages_per_range = 32);
      create table kernel.audit_key (key_id text primary key, pem text not null, since timestamptz not null);
      create table kernel.audit_cosignature (
        size bigint not null, key_id text not null, at timestamptz not null, signature bytea not null, primary key (size, key_id));
    `,
  },
  {
    id: 'kernel/006-sign-in-failure-time',
    sql: `
      delete from kernel.sign_in_failure;
      alter table kernel.sign_in_failure add column noted_at timestamptz not null default now();
      create index sign_in_failure_by_time on kernel.sign_in_failure (noted_at);
    `,
  },
  {
    // What is asked of the log: by time, by who, by where from, by the session or token, and what was refused. Each entry is written twice
    // (as it comes, and with its place in the tree), so what is asked seldom has an index that costs nothing while entries are appended.
    id: 'kernel/007-audit-search',
    sql: `
      alter table kernel.audit add column via text not null default '';
      create index audit_by_time on kernel.audit (at, id);
      create index audit_by_actor on kernel.audit (actor_id, at);
      create index audit_by_origin on kernel.audit using brin (via text_bloom_ops, institution_number text_bloom_ops)
        with (pages_per_range = 32, autosummarize = on);
      create index audit_refused on kernel.audit (at) where outcome <> 'success';
    `,
  },
  {
    id: 'kernel/008-security-count',
    sql: `
      create table kernel.security_count (
        day date not null, what text not null, about text not null, count bigint not null, primary key (day, what, about));
    `,
  },
  {
    id: 'kernel/009-idempotency-keys',
    sql: `alter table kernel.idempotency add column keys text[] not null default '{}';`,
  },
]
