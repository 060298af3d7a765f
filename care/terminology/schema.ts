import type { Migration } from '#kernel/migrate'

/** A folded name without its accents, as step 002 makes it. */
const UNMARKED = `translate(
  normalize(regexp_replace(normalize(replace(t.text, 'ß', 'ss'), NFKD), '[\\u0300-\\u0333\\u0339-\\u036f]+', '', 'g'), NFC), 'đħłøŧ', 'dhlot')`

/**
 * Masters of the operator, belonging to nobody: releases stand side by side, each whole. `term` holds what a release is searched by;
 * its grams begin with the release's number, so that one release's search never reads another's postings. Entries of the index gather
 * in a long list while a master is loaded, which fills it several times faster; the load ends by putting them in their places.
 */
export const terminologyMigrations: Migration[] = [
  {
    id: 'terminology/001-masters',
    sql: `
      create schema terminology;
      create table terminology.generation (name text primary key, value int not null);
      create table terminology.release (
        id int primary key, system text not null, valid_from date not null, title_ja text not null, title_en text not null,
        layout text not null, file text not null, digest text not null, terms int not null, note text not null, loaded_at timestamptz not null);
      create table terminology.concept (
        release int not null, code text collate "C" not null, display text not null, kana text, others jsonb, parent text collate "C",
        valid_from date, valid_to date, status text not null, properties jsonb, position int not null,
        primary key (release, code));
      create index concept_by_parent on terminology.concept (release, parent) where parent is not null;
      create table terminology.term (
        release int not null, text text collate "C" not null, code text collate "C" not null, grams text[] not null,
        primary key (release, text, code));
      create index term_by_first on terminology.term (release, (left(text, 1)), (char_length(text)), text);
      create index term_by_first_two on terminology.term (release, (left(text, 2)), (char_length(text)), text);
      create index term_by_gram on terminology.term using gin (grams) with (gin_pending_list_limit = 16384);
    `,
  },
  {
    id: 'terminology/002-accents',
    // Names are found with their accents and without, also in masters loaded before: Sjögren as sjogren.
    sql: `
      insert into terminology.term (release, text, code, grams)
        select t.release, p.text, t.code, array(select distinct t.release || substr(p.text, n, 2) from generate_series(1, char_length(p.text) - 1) n)
        from terminology.term t cross join lateral (select ${UNMARKED} as text) p
        where t.text ~ '[\\u00c0-\\u1fff]' and p.text <> t.text and p.text <> ''
      on conflict do nothing;
      delete from terminology.term t where t.text ~ '[\\u00c0-\\u1fff]' and ${UNMARKED} <> t.text;
    `,
  },
]
