import { createHash } from 'node:crypto'
import type { Person, PersonService, Resolution, Stated } from '#care/person'
import type { ConsentService } from '#care/consent'
import type { Actor, Context } from '#kernel/context'
import { institutionOf } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import {
  bundleClass,
  bundleIdentifier,
  element,
  type Finding,
  firstText,
  hasError,
  institutionNumberOf,
  itemsOf,
  memberIdOf,
  parseJson,
  patientName,
  personOf,
  type Resource,
  senderOf,
  whyNotSubmit,
  withoutTwins,
} from '#packages/fhir'
import { withheldIn } from './contact/store.ts'
import { depositRows } from './drafts.ts'
import { isNarrowed, requireScope } from './scopes.ts'
import * as store from './store.ts'
import { claimBundle, insertDeposit } from './store/deposit.ts'
import { keepBack } from './told/hiding.ts'
import { conditionalReferencesWithin } from './write/conditional-reference.ts'
import { findingsIn } from './write/judge.ts'

/** 10 MB an upload. @spec EMR information sharing section 4, size */
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024

/** What a submission did. `kinds` counts the stored items; `warnings` are findings that did not stand in the way. */
export type DepositReceipt = {
  depositId: string
  key: string
  bundleClass: string
  kinds: Record<string, number>
  warnings: Finding[]
  /** The identical content was here already; nothing changed. */
  repeated: boolean
  doubtful: boolean
}

/**
 * Judges a submission without storing anything.
 * @returns the Bundle and all findings; an error among them refuses it whole
 */
export function judge(text: string): { bundle: Resource | null; findings: Finding[] } {
  const parsed = parseJson(text, { maxBytes: MAX_UPLOAD_BYTES })
  if ('findings' in parsed) return { bundle: null, findings: parsed.findings }
  const structure = findingsIn(parsed.value)
  const bundle = parsed.value as Resource
  if (bundle === null || typeof bundle !== 'object' || bundle.resourceType !== 'Bundle') {
    const notBundle: Finding = {
      severity: 'error',
      code: 'structure',
      path: 'Bundle',
      ruleId: 'R0200',
      ja: '提出するのは Bundle です。リソースを Bundle に入れて送ってください。',
      en: 'A submission is a Bundle. Put the resources into one and send that.',
    }
    return { bundle: null, findings: [notBundle, ...structure] }
  }
  return { bundle, findings: [...withoutTwins(structure), ...conditionalReferencesWithin(bundle), ...whyNotSubmit(bundle)] }
}

/** @refuses not-permitted, scope-missing */
export function requireDepositor(actor: Actor): void {
  if (actor.kind !== 'system') refuse('not-permitted')
  requireScope(actor, 'Bundle', 'c')
  // A submission is taken whole or not at all.
  if (isNarrowed(actor, 'Bundle', 'c')) refuse('scope-missing', { scope: 'system/Bundle.c' })
}

export type Judged = ReturnType<typeof judge>

/** Accepts submissions of the sharing service: whole, or not at all. */
export function depositService({
  consent,
  person,
  ensurePatient,
}: {
  consent: ConsentService
  person: PersonService
  ensurePatient: (ctx: Context, key: string, of: Person) => Promise<void>
}) {
  return {
    /**
     * Takes in one submission. The same Bundle identifier of the same person replaces what it brought before;
     * a Patient alone takes it all away; the identical content again changes nothing.
     * @param judged what `judge` found, where it was asked before the transaction opened
     * @refuses bundle-refused, institution-mismatch, scope-missing
     */
    async deposit(ctx: Context, text: string, judged?: Judged): Promise<DepositReceipt> {
      requireDepositor(ctx.actor)
      const { bundle, findings } = judged ?? judge(text)
      if (bundle === null || hasError(findings)) return refuse('bundle-refused', {}, findings)
      const source = ownInstitution(ctx, bundle)
      const who = statedPerson(bundle) ?? refuse('bundle-refused', {}, [noPerson])
      const resolved = await person.resolve(ctx, who, source)
      const sha256 = createHash('sha256').update(text).digest()
      const identifier = bundleIdentifier(bundle)!
      const claim = { key: resolved.key, system: identifier.system, value: identifier.value }
      const earlier = await claimBundle(ctx.db, claim)
      // An identifier of another form does not say whose it is; what another institution sent is never replaced.
      if (earlier && earlier.source !== source) refuse('institution-mismatch', { sent: earlier.source ?? '', own: source })
      const receipt = {
        key: resolved.key,
        bundleClass: bundleClass(bundle)!,
        warnings: findings.filter((f) => f.severity !== 'error'),
        doubtful: resolved.doubtful,
      }
      if (earlier?.sha256.equals(sha256)) {
        ctx.audit({ action: 'record.deposit-again', key: resolved.key, resource: `Bundle/${earlier.depositId}` })
        return { ...receipt, depositId: earlier.depositId, kinds: {}, repeated: true }
      }
      const removed = await this.clear(ctx, resolved.key, earlier?.depositId)
      const depositId = ulid(ctx.now.getTime())
      const rows = depositRows(itemsOf(bundle), { person: resolved, depositId, source, now: ctx.now })
      await insertDeposit(ctx.db, {
        ...claim,
        id: depositId,
        source,
        bundleClass: receipt.bundleClass,
        receivedAt: ctx.now,
        body: text,
        sha256,
      })
      await store.insertNew(ctx.db, await withheldIn(ctx.db, rows))
      await keepBack(ctx, { consent, person }, { key: resolved.key, source, rows, removed })
      await this.settle(ctx, resolved, source)
      const kinds = countBy(rows.map((r) => r.kind))
      ctx.audit({ key: resolved.key, kinds: Object.keys(kinds), count: rows.length, resource: `Bundle/${depositId}` })
      const written = rows.map(({ type, id, version }) => ({ type, id, version }))
      ctx.tell({ topic: 'record.deposited', key: resolved.key, payload: { depositId, kinds, written, removed } })
      return { ...receipt, depositId, kinds, repeated: false }
    },

    /** Takes away what an earlier submission of the same identifier brought; its versions stay in history. @returns what is gone, with its last version */
    async clear(ctx: Context, key: string, depositId: string | undefined): Promise<{ type: string; id: string; version: number }[]> {
      if (depositId === undefined) return []
      const gone = await store.findOfDeposit(ctx.db, key, depositId)
      if (gone.length === 0) return []
      await store.archive(ctx.db, gone)
      await store.markDeleted(ctx.db, gone, ctx.now)
      return gone.map(({ type, id, version }) => ({ type, id, version: version + 1 }))
    },

    /** The person's demographic record stands, and the sender treats this person. */
    async settle(ctx: Context, resolved: Resolution, source: string): Promise<void> {
      const patient = { key: resolved.key, type: 'Patient', id: resolved.key }
      await consent.relate(ctx, resolved.key, source)
      if (!resolved.created && (await store.stands(ctx.db, patient))) return
      // Entered by a register that knows no FHIR, or just now: the first submission makes the Patient everybody refers to.
      await store.claimCondition(ctx.db, `Patient/${resolved.key}`, ctx.now)
      if (await store.stands(ctx.db, patient)) return
      const made = await person.findByKey(ctx, resolved.key)
      if (made) await ensurePatient(ctx, resolved.key, made)
    },
  }
}

const noPerson: Finding = {
  severity: 'error',
  code: 'required',
  path: 'Bundle.entry',
  ruleId: 'R1012',
  ja: '誰の記録か分かりません。Patient に被保険者個人識別子をちょうど一つ入れてください。',
  en: 'It is not clear whose record this is. Give the Patient exactly one member ID.',
}

/** The institution that sends, which must be the caller's own. @refuses institution-mismatch */
function ownInstitution(ctx: Context, bundle: Resource): string {
  const own = institutionOf(ctx.actor) ?? refuse('not-permitted')
  const sent = senderOf(bundle)
  if (sent !== null && sent !== own) refuse('institution-mismatch', { sent, own })
  if (bundleClass(bundle) === 'five-items') {
    for (const { resource } of itemsOf(bundle).items) {
      const stated = institutionNumberOf(resource)
      if (stated !== null && stated !== own) refuse('institution-mismatch', { sent: stated, own })
    }
  }
  return own
}

/** Who the submission says the person is, or null where it carries no member id. */
function statedPerson(bundle: Resource): Stated | null {
  const { patient } = itemsOf(bundle)
  const memberId = personOf(bundle) ?? (patient && memberIdOf(patient))
  if (!memberId || !patient) return null
  const name = patientName(patient)
  const address = Array.isArray(patient.address) ? patient.address[0] : undefined
  return {
    memberId: memberId.value,
    name: name.kanji ?? name.kana ?? firstText(patient, 'name', 'text') ?? '',
    nameKana: name.kana ?? '',
    birthDate: firstText(patient, 'birthDate') ?? '',
    sex: firstText(patient, 'gender') ?? 'unknown',
    address: firstText(address ?? null, 'text') ?? '',
    postalCode: firstText(address ?? null, 'postalCode') ?? '',
    phone: firstText(element(patient, 'telecom') ?? null, 'value') ?? '',
  }
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
