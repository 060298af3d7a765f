import type { Migration } from '#kernel/migrate'

export const questionMigrations: Migration[] = [
  {
    id: 'question/001-questions',
    sql: `
      create schema question;
      create table question.question (
        key text not null, id text not null, request_id text not null, act jsonb not null, institution_number text not null,
        text text not null, asked_by text not null, asked_at timestamptz not null, state text not null, since timestamptz not null,
        due_on text, answered_at timestamptz, primary key (key, id), unique (key, request_id));
      create index question_at_institution on question.question (institution_number, asked_at) where state = 'waiting';
      create index question_at_auditors on question.question (asked_at) where state = 'auditing';
      create table question.step (
        key text not null, id text not null, n int not null, at timestamptz not null, side text not null, by_id text not null,
        by_name text not null, act text not null, text text not null, primary key (key, id, n));
    `,
  },
]
