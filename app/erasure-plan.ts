import type { TableRule } from '#care/erasure'

const rule =
  (goes: TableRule['goes'], holds: TableRule['holds']) =>
  (table: TableRule['table'], column: string, because: string): TableRule => ({ table, column, holds, goes, because })

const withRecord = rule('record', 'key')
const withKey = rule('registration', 'key')
const withPerson = rule('registration', 'person')
const kept = rule('kept', 'key')
const keptPerson = rule('kept', 'person')

/**
 * Every table that knows people by their keys or ids, and how it is treated when somebody is erased. The tables of the record itself go
 * by `erase` of the record. `tests/house/erasure-law.test.ts` holds every table of the schema against this list, so that a new one is not
 * forgotten. The order is the order of erasing.
 */
export const erasurePlan: readonly TableRule[] = [
  // with the record
  withRecord('signature.signature', 'key', 'signatures under documents that went'),
  withRecord('subscription.event', 'resource_key', 'names resources that went'),
  withRecord('bulk.patient_alias', 'key', 'an institution’s own id of somebody whose record went'),
  withRecord('oversight.watched', 'key', 'why a record is watched, where none is left'),
  // with the registration
  withKey('consent.grant_fact', 'key', 'what was agreed to, for a record that is gone'),
  withKey('consent.consent', 'key', 'the same as the person saw it'),
  withKey('consent.closure', 'key', 'what was closed of it'),
  withKey('consent.fact_version', 'key', 'under which version the two were read'),
  withKey('consent.relation', 'key', 'who treats somebody who left'),
  withKey('eligibility.coverage', 'key', 'insurance, which the insurer keeps'),
  withKey('eligibility.facts', 'key', 'the same in one row'),
  withKey('eligibility.limit_certificate', 'key', 'insurance, which the insurer keeps'),
  withKey('eligibility.specific_disease', 'key', 'insurance, which the insurer keeps'),
  withKey('eligibility.subsidy', 'key', 'subsidies, which their payer keeps'),
  withKey('eligibility.shown_as', 'key', 'names on the card'),
  withKey('eligibility.lookup', 'key', 'the look-up by insurance number'),
  withKey('person.chart_number', 'key', 'local chart numbers, which the institution keeps'),
  withKey('notice.notice', 'key', 'what the person was told'),
  withPerson('notice.channel', 'person_id', 'where the person wanted to be told'),
  withPerson('notice.wish', 'person_id', 'how often'),
  withPerson('sign_in.passkey', 'subject', 'ways in, for an account that is gone'),
  withPerson('sign_in.change', 'subject', 'what happened to them'),
  withPerson('sign_in.outside_link', 'holder_id', 'ways in, for an account that is gone'),
  withPerson('person.app_grant', 'subject_id', 'what apps were let do'),
  withPerson('kernel.session', 'subject', 'signed-in devices'),
  withPerson('person.card', 'person_id', 'which card is whose'),
  withPerson('person.name_key', 'person_id', 'finding the person by name'),
  withPerson('person.sought', 'person_id', 'finding the person by what is remembered'),
  withPerson('person.statement', 'person_id', 'name and address through the years'),
  withPerson('person.watch', 'person_id', 'who is not to be looked at without a second clinician'),
  withPerson('person.proxy', 'represented_id', 'who acted for the person'),
  withPerson('person.proxy', 'proxy_id', 'for whom the person acted'),
  withPerson('person.mark', 'person_id', 'from whom the person was protected'),
  withKey('person.possible_duplicate', 'key', 'entries that might be the same person'),
  withKey('person.possible_duplicate', 'other_key', 'entries that might be the same person'),
  withKey('person.doubt', 'key', 'a statement in doubt'),
  withPerson('person.member_id', 'person_id', 'insurance numbers'),
  withPerson('person.patient_key', 'person_id', 'whose a key was; the key stays a word without meaning'),
  withPerson('person.person', 'id', 'name, birth date, address'),
  // kept
  kept('kernel.audit', 'key', 'who looked: kept for the log’s own time, then its content goes and its leaf stays'),
  kept('kernel.outbox', 'key', 'messages under way; a week of life, without the record'),
  kept('record.erasure', 'key', 'the order itself, or a restored backup would bring the record back'),
  kept('record.narrowing', 'key', 'keeps exported files from leaving; 60 days, no content'),
  kept('consent.event', 'key', 'proof that a disclosure rested on a consent; as long as the log'),
  kept('consent.emergency', 'key', 'proof of an emergency look; as long as the log'),
  kept('consent.emergency_review', 'key', 'how it was judged'),
  kept('emergency.case', 'key', 'proof of an emergency look; as long as the log'),
  kept('emergency.request', 'key', 'who wanted to look in an emergency; as long as the log'),
  kept('disaster.look', 'key', 'proof of a look in a disaster; as long as the log'),
  kept('disaster.second', 'key', 'who wanted to look in a disaster; as long as the log'),
  kept('question.question', 'key', 'a complaint and its answer; as long as the log'),
  kept('question.step', 'key', 'what was said to it'),
  kept('notice.touched', 'key', 'which institutions touched a key: hashes of nothing, no content'),
  kept('oversight.breach_person', 'key', 'who was told of a breach, and how'),
  kept('oversight.scope_touched', 'key', 'whom a breach touched'),
  kept('oversight.seen', 'key', 'counts for the review of the log; a month of life'),
  kept('oversight.finding', 'touched_key', 'findings of the review of the log'),
  kept('eligibility.visit_month', 'key', 'counts for the official rate of card use'),
  kept('eligibility.reader_session', 'person_key', 'lives minutes'),
  kept('person.decision', 'key', 'why entries were joined; words of the keepers, not about health'),
  kept('person.link', 'keys', 'what joining moved'),
  kept('subscription.binding', 'key', 'of the client’s subscription, whose key it is'),
  kept('subscription.event', 'key', 'of the client’s subscription, whose key it is'),
  kept('subscription.subscription', 'key', 'of the client, not of a person'),
  keptPerson('person.card_event', 'serial', 'what happened to a card, which is no person any more'),
  keptPerson('person.staff_person', 'person_id', 'which member of staff is the person: rules of emergencies need it'),
  keptPerson('erasure.case', 'person_id', 'the wish itself and what came of it'),
  keptPerson('erasure.certificate', 'person_id', 'what the platform answers for'),
]
