import type { Migration } from '#kernel/migrate'

/**
 * The register of cover, sharded by patient key; `lookup` is sharded by its folded member, so that a typed certificate
 * is two single-shard questions. Reader sessions live minutes, belong to one desk and stay on the coordinator.
 */
export const eligibilityMigrations: Migration[] = [
  {
    id: 'eligibility/001-register',
    sql: `
      create schema eligibility;
      create table eligibility.coverage (
        key text not null, member text not null, branch_folded text not null, valid_from date not null, valid_until date,
        insurer_number text not null, insurer_name text not null, symbol text not null, number text not null, branch text not null,
        card_classification text not null, copay_percent int not null, personal_family text not null, reason_of_loss text,
        elderly_percent int, elderly_from date, elderly_until date,
        primary key (key, member, branch_folded, valid_from));
      create table eligibility.limit_certificate (
        key text not null, classification_flag text not null, valid_from date not null, valid_until date, classification text not null,
        primary key (key, classification_flag, valid_from));
      create table eligibility.specific_disease (
        key text not null, category text not null, valid_from date not null, valid_until date, self_pay_yen int not null,
        primary key (key, category, valid_from));
      create table eligibility.subsidy (
        key text not null, payer_number text not null, recipient_number text not null, valid_from date not null, valid_until date,
        name text not null, ceiling_yen int,
        primary key (key, payer_number, recipient_number, valid_from));
      create table eligibility.shown_as (
        key text primary key, name_of_other text not null, name_of_other_kana text not null, sex2 text);
      create table eligibility.lookup (
        member text not null, birth_date date not null, key text not null, primary key (member, birth_date, key));
      create table eligibility.reader_session (
        id text primary key, institution_number text not null, challenge bytea not null, created_at timestamptz not null,
        expires_at timestamptz not null, used_at timestamptz, person_key text, card_serial text, consent_until timestamptz);
      create index reader_session_by_end on eligibility.reader_session (expires_at);
    `,
  },
  {
    // Cover is read a hundred times for each time it is entered: all facts of a key stand ready as one text.
    id: 'eligibility/002-facts',
    sql: `
      create view eligibility.facts_now as select k.key, json_build_object(
        'coverages', coalesce((select json_agg(json_build_object('key', c.key, 'insurerNumber', insurer_number, 'insurerName', insurer_name, 'symbol', symbol,
          'number', number, 'branch', branch, 'cardClassification', card_classification, 'copayPercent', copay_percent, 'personalFamily', personal_family,
          'reasonOfLoss', reason_of_loss, 'validFrom', valid_from, 'validUntil', valid_until,
          'elderlyPercent', elderly_percent, 'elderlyFrom', elderly_from, 'elderlyUntil', elderly_until) order by valid_from) from eligibility.coverage c where c.key = k.key), '[]'),
        'limitCertificates', coalesce((select json_agg(json_build_object('key', l.key, 'classification', classification, 'classificationFlag', classification_flag,
          'validFrom', valid_from, 'validUntil', valid_until) order by valid_from) from eligibility.limit_certificate l where l.key = k.key), '[]'),
        'specificDiseases', coalesce((select json_agg(json_build_object('key', d.key, 'category', category, 'selfPayYen', self_pay_yen,
          'validFrom', valid_from, 'validUntil', valid_until) order by valid_from) from eligibility.specific_disease d where d.key = k.key), '[]'),
        'subsidies', coalesce((select json_agg(json_build_object('key', s.key, 'payerNumber', payer_number, 'recipientNumber', recipient_number, 'name', name,
          'ceilingYen', ceiling_yen, 'validFrom', valid_from, 'validUntil', valid_until) order by valid_from) from eligibility.subsidy s where s.key = k.key), '[]'),
        'shownAs', (select json_build_object('key', n.key, 'nameOfOther', name_of_other, 'nameOfOtherKana', name_of_other_kana, 'sex2', sex2)
          from eligibility.shown_as n where n.key = k.key)) as facts
      from (select key from eligibility.coverage union select key from eligibility.limit_certificate union select key from eligibility.specific_disease
        union select key from eligibility.subsidy union select key from eligibility.shown_as) k;
      create table eligibility.facts (key text primary key, facts json not null);
      insert into eligibility.facts (key, facts) select key, facts from eligibility.facts_now;
    `,
  },
  {
    // How the person was proven, what a facility calls its patients, and who came in which month by what.
    id: 'eligibility/003-desk',
    sql: `
      alter table eligibility.reader_session add column opened_by text, add column proven_by text, add column pending_key text,
        add column vouched_by text, add column vouched_at timestamptz, add column unlinked_serial text, add column unlinked_issuer text;
      create table eligibility.chart_number (
        institution_number text not null, number text not null, key text not null, entered_at timestamptz not null, entered_by text not null,
        primary key (institution_number, number), unique (institution_number, key));
      create table eligibility.visit_month (
        key text not null, institution_number text not null, month text not null, by_card boolean not null, member text, address_mark text,
        changed text[] not null default '{}', changed_at timestamptz, first_at timestamptz not null, primary key (key, institution_number, month));
      create index visit_month_of on eligibility.visit_month (institution_number, month);
      create table eligibility.card_use_month (
        institution_number text not null, month text not null, rate numeric(5, 2) not null check (rate between 0 and 100),
        entered_at timestamptz not null, entered_by text not null, primary key (institution_number, month));
      create table eligibility.staff_call (
        institution_number text not null, id text not null, called_at timestamptz not null, answered_at timestamptz, answered_by text,
        primary key (institution_number, id));
    `,
  },
  {
    // Numbers of patients stand in the register of people, where the record finds them too.
    id: 'eligibility/004-numbers-to-register',
    sql: `
      insert into person.chart_number (institution_number, number, key, entered_at, entered_by)
        select institution_number, number, key, entered_at, entered_by from eligibility.chart_number;
      drop table eligibility.chart_number;
    `,
  },
]
