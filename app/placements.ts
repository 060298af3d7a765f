import type { Placed } from '#kernel/placement'

const by = (column: string, because: string): Placed => ({ where: { by: column }, because })
const everywhere = (because: string): Placed => ({ where: 'everywhere', because })
const coordinator = (because: string): Placed => ({ where: 'coordinator', because })

/** Tables without the patient key in their primary key: where each lives on more than one node, and why. Everything else is spread by patient key. */
export const placements: Readonly<Record<string, Placed>> = {
  'kernel.migration': coordinator('which steps ran; one small table'),
  'kernel.audit_node': coordinator('nodes of one tree over the audit log of all shards; holds hashes alone'),
  'kernel.audit_checkpoint': coordinator('signed roots of that one tree'),
  'kernel.idempotency': by('actor_id', 'belongs to the caller whose key it is; lives a day'),
  'kernel.leader': coordinator('one row, the fencing epoch'),
  'kernel.session': by('id_hash', 'a session belongs to staff too'),
  'kernel.used_once': by('value', 'claims of one-time values; live minutes'),
  'kernel.used_proof': by('hash', 'hashes of DPoP proofs; live a minute'),
  'kernel.sign_in_failure': by('subject', 'counted by login name before anybody is proven'),
  'kernel.key_ring': everywhere('keys of the platform, not of people'),
  'record.client_id': by('id', 'the look-up from an id a client chose to the patient key'),
  'record.condition': by('hash', 'criteria of conditional writes, claimed so that equal ones wait for each other'),
  'bulk.job': coordinator('jobs of clients, not of people; a day of life'),
  'bulk.file': coordinator('the files of those jobs'),
  'bulk.patient_alias': by('id', 'the look-up from an institution’s own patient id to the key'),
  'person.person': by('id', 'demographics belong to the person, who owns one or more keys'),
  'person.facility': everywhere('register of institutions'),
  'person.staff': everywhere('register of staff'),
  'person.client': everywhere('register of system clients'),
  'person.app': everywhere('register of apps'),
  'person.app_grant': by('id', 'what somebody allowed an app, staff too; asked by its id at every request of the app'),
  'person.card': by('serial', 'the look-up from a card to a person'),
  'eligibility.reader_session': coordinator('lives minutes, belongs to one desk before anybody is known'),
  'terminology.generation': everywhere('counts changes of the masters; one row'),
  'terminology.release': everywhere('editions of code systems, joined by every node'),
  'terminology.concept': everywhere('codes and names, which belong to nobody'),
  'terminology.term': everywhere('what codes are found by'),
  'sign_in.challenge': coordinator('lives minutes, belongs to nobody yet'),
  'sign_in.passkey': by('credential_id', 'the look-up from a passkey to whose it is'),
  'sign_in.change': by('subject', 'belongs to staff too'),
  'sign_in.invitation': coordinator('few, and they live days'),
  'sign_in.pending_secret': coordinator('lives minutes'),
  'sign_in.recovery_code': by('staff_id', 'belongs to staff'),
  'sign_in.address_failure': coordinator('hashes of network addresses; lives an hour'),
  'sign_in.address_salt': coordinator('one row a day'),
  'sign_in.desk_device': coordinator('devices that institutions share; few'),
  'sign_in.kept_place': coordinator('where somebody left a locked desk; lives hours'),
  'demo.progress': coordinator('how far the demo region is made'),
}
