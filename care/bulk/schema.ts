import type { Migration } from '#kernel/migrate'

/** Jobs of bulk export and import, and the files they write. Local to the coordinator: no patient key, a day of life. */
export const bulkMigrations: Migration[] = [
  {
    id: 'bulk/001-jobs',
    sql: `
      create schema bulk;
      create table bulk.job (
        id text primary key, flow text not null, client_id text not null, scopes text[] not null, purpose text not null, url text not null,
        ask jsonb not null, state text not null, at timestamptz not null, xid text not null, ended_at timestamptz, until timestamptz not null,
        done bigint not null default 0, refused bigint not null default 0, tries int not null default 0, message text not null default '',
        cursor jsonb, polled_at timestamptz, early int not null default 0);
      create index job_open on bulk.job (at) where state in ('queued', 'running');
      create index job_of_client on bulk.job (client_id, state);
      create table bulk.file (
        job_id text not null, n int not null, name text not null, role text not null, type text not null, bytes bigint not null, count bigint not null,
        primary key (job_id, n));
      create table bulk.patient_alias (institution_number text not null, id text not null, key text not null, primary key (institution_number, id));
    `,
  },
  {
    id: 'bulk/002-lasting-lines',
    // Files in the form of before cannot be handed out any more: their exports, a day old at most, are to be asked for again.
    sql: `
      alter table bulk.job add column mark jsonb;
      alter table bulk.file add column lasts_for text;
      update bulk.job set state = 'cancelled', ended_at = coalesce(ended_at, now()) where flow = 'export' and state <> 'cancelled';
    `,
  },
  {
    id: 'bulk/003-what-lasting-lines-show',
    // Files of before say nothing of rule and kind: their lines are judged one by one, and each fetch is noted by what is found then.
    sql: `
      alter table bulk.file add column rule text not null default '';
      alter table bulk.file add column kind text not null default '';
      update bulk.file set lasts_for = null;
    `,
  },
  {
    id: 'bulk/004-via',
    // By which token a job was ordered: who asks what a stolen one reached finds whom the job reached.
    sql: `alter table bulk.job add column via text not null default '';`,
  },
]
