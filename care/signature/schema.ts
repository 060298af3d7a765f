import type { Migration } from '#kernel/migrate'

/** Certificates of staff for signing, and what was signed by them. */
export const signatureMigrations: Migration[] = [
  {
    id: 'signature/001-signatures',
    sql: `
      create schema signature;
      create table signature.certificate (
        id text primary key, staff_id text not null, issuer_key_hash text not null, serial text not null, issuer_name text, name text,
        roles text[] not null, not_before timestamptz not null, not_after timestamptz not null, pem text not null, key_ref text not null,
        since timestamptz not null, until text, ended_at timestamptz, ended_because text, entered_by text not null);
      create index certificate_of_staff on signature.certificate (staff_id, since);
      create unique index certificate_once on signature.certificate (issuer_key_hash, serial) where ended_at is null;
      create table signature.signature (
        key text not null, id text not null, type text not null, resource_id text not null, version int not null, act text not null,
        document text not null, jws text not null, algorithm text not null, staff_id text not null, staff_name text not null, role text not null,
        institution_number text not null, institution_name text not null, signed_at timestamptz not null,
        issuer_key_hash text not null, serial text not null, signer_name text, not_before timestamptz not null, not_after timestamptz not null,
        primary key (key, id), unique (key, type, resource_id, version, staff_id));
    `,
  },
]
