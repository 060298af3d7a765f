import type { ConsentService, ItemKind } from '#care/consent'
import type { Person, PersonService } from '#care/person'
import { type Context, institutionOf } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import {
  clinicalDate,
  firstText,
  flagsOf,
  foldMemberId,
  hasError,
  identifierSystems,
  informationKind,
  isObject,
  isResourceType,
  memberIdOf,
  parseReference,
  patientName,
  type Resource,
  validateResource,
  values,
} from '#packages/fhir'
import { stamped, startOf } from './drafts.ts'
import { keyOfId, newResourceId, ownTypes, patientReferences, sharedTypes } from './ids.ts'
import { indexRows } from './index-rows.ts'
import type { Seen } from './model.ts'
import { scopeAllows } from './scopes.ts'
import * as store from './store.ts'

export type Written = { type: string; id: string; version: number; lastUpdated: Date; body: string; created: boolean }

type Parts = {
  consent: ConsentService
  person: PersonService
  find: (ctx: Context, type: string, id: string, lock?: boolean) => Promise<Seen | undefined>
}

/** Single writes of an institution's own resources. What another institution sent is never changed here. */
export function writeService({ consent, person, find }: Parts) {
  /** @refuses not-permitted, scope-missing, resource-invalid */
  function requireValid(ctx: Context, resource: Resource, act: 'c' | 'u'): void {
    const type = resource.resourceType
    requireWritable(ctx, type, act)
    const findings = validateResource(resource)
    if (hasError(findings)) refuse('resource-invalid', {}, findings)
  }

  /** The patient a new resource belongs to, by the reference it carries. @refuses patient-unknown */
  async function keyFor(ctx: Context, resource: Resource): Promise<string | null> {
    if (sharedTypes.has(resource.resourceType)) return null
    if (resource.resourceType === 'Patient') return typeof resource.id === 'string' ? keyOfId(resource.id) : refuse('patient-unknown')
    for (const name of patientReferences) {
      const reference = firstText(resource, name, 'reference')
      const target = reference === undefined ? null : parseReference(reference)
      if (target?.type !== 'Patient' || target.id === undefined) continue
      const key = keyOfId(target.id)
      // A patient of this institution, or a key that only somebody who was told it can know. Writing to it opens nothing for reading.
      if (!(await consent.related(ctx, [key])) && !(await person.findByKey(ctx, key))) refuse('patient-unknown')
      return key
    }
    return refuse('patient-unknown')
  }

  /** A Patient is found by its member ids, so a sender may not give one another person's. @refuses input-invalid */
  async function requireOwnMemberIds(ctx: Context, key: string, resource: Resource): Promise<void> {
    const owner = await person.findByKey(ctx, key)
    const known = owner ? (await person.memberIds(ctx, owner.id)).map((m) => foldMemberId(m.asSent)) : []
    if (memberIdsOf(resource).some((id) => !known.includes(id))) refuse('input-invalid', { what: 'Patient.identifier' })
  }

  function draft(ctx: Context, resource: Resource, about: { key: string; id: string; version: number; shared: boolean }) {
    const body = stamped(resource, { id: about.id, version: about.version, at: ctx.now })
    const flags = flagsOf(resource)
    const kind: ItemKind = about.shared
      ? 'shared'
      : resource.resourceType === 'Patient'
        ? 'patient'
        : (informationKind(resource) ?? 'other')
    const row: store.WrittenRow = {
      key: about.key,
      type: resource.resourceType,
      id: about.id,
      version: about.version,
      lastUpdated: ctx.now,
      deleted: false,
      kind,
      source: institutionOf(ctx.actor) ?? '',
      depositId: null,
      uninformed: flags.uninformed,
      undelivered: flags.undelivered,
      longTerm: flags.longTermStorage,
      addressee: null,
      registeredAt: ctx.now,
      clinicalAt: startOf(clinicalDate(resource)),
      body: JSON.stringify(body),
      index: indexRows(body, about.shared ? null : about.key),
    }
    return row
  }

  async function save(ctx: Context, row: store.WrittenRow, action: string): Promise<Written> {
    await store.insertResources(ctx.db, [row])
    ctx.audit({
      action,
      ...(row.kind === 'shared' ? {} : { key: row.key }),
      kinds: [row.kind],
      count: 1,
      resource: `${row.type}/${row.id}`,
    })
    ctx.tell({ topic: 'record.written', key: row.key, payload: { written: [{ type: row.type, id: row.id, version: row.version }] } })
    return { type: row.type, id: row.id, version: row.version, lastUpdated: row.lastUpdated, body: row.body, created: row.version === 1 }
  }

  return {
    /**
     * Creates one resource under the caller's institution. A Patient enters the register of people; one whose member id
     * is known already is refused with the place where it stands.
     * @param assigned id chosen beforehand by a transaction
     * @refuses resource-invalid, patient-unknown, already-exists, not-permitted, scope-missing
     */
    async create(ctx: Context, resource: Resource, assigned?: string): Promise<Written> {
      requireValid(ctx, resource, 'c')
      if (resource.resourceType === 'Patient') return this.createPatient(ctx, resource)
      const key = await keyFor(ctx, resource)
      const id = assigned ?? (key === null ? ulid(ctx.now.getTime()) : newResourceId(key, ctx.now))
      return save(ctx, draft(ctx, resource, { key: key ?? keyOfId(id), id, version: 1, shared: key === null }), 'record.create')
    },

    /** Enters a Patient into the register. @refuses already-exists */
    async createPatient(ctx: Context, resource: Resource): Promise<Written> {
      const memberId = memberIdOf(resource)
      if (memberIdsOf(resource).length > 1) refuse('input-invalid', { what: 'Patient.identifier' })
      const name = patientName(resource)
      const stated = {
        name:
          name.kanji ??
          firstText(resource, 'name', 'text') ??
          [firstText(resource, 'name', 'family'), firstText(resource, 'name', 'given')].filter(Boolean).join(' '),
        nameKana: name.kana ?? '',
        birthDate: firstText(resource, 'birthDate') ?? '',
        sex: firstText(resource, 'gender') ?? 'unknown',
        address: firstText(resource, 'address', 'text') ?? '',
        postalCode: firstText(resource, 'address', 'postalCode') ?? '',
        phone: firstText(resource, 'telecom', 'value') ?? '',
      }
      const institution = institutionOf(ctx.actor) ?? refuse('not-permitted')
      const resolved = memberId
        ? await person.resolve(ctx, { ...stated, memberId: memberId.value }, institution)
        : await person.enter(ctx, { ...stated, sex: stated.sex as Person['sex'], memberId: null })
      if (!resolved.created) refuse('already-exists', { where: `Patient/${resolved.key}` })
      await consent.relate(ctx, resolved.key, institution)
      return save(ctx, draft(ctx, resource, { key: resolved.key, id: resolved.key, version: 1, shared: false }), 'record.create')
    },

    /**
     * Replaces a resource of the caller's institution, or creates it under an id the client chose.
     * @param ifMatch version the client saw last
     * @refuses not-permitted, version-conflict, resource-invalid, patient-unknown
     */
    async update(ctx: Context, resource: Resource, id: string, ifMatch: number | null): Promise<Written> {
      requireValid(ctx, resource, 'u')
      const { resourceType: type } = resource
      const old = await find(ctx, type, id, true)
      if (!old) return this.createAs(ctx, resource, id, ifMatch)
      if (ifMatch !== null && ifMatch !== old.version) refuse('version-conflict', { version: String(old.version) })
      if (old.source !== institutionOf(ctx.actor)) refuse('not-permitted')
      const key = await keyFor(ctx, resource)
      if (key !== null && key !== old.key) refuse('not-permitted')
      if (type === 'Patient') await requireOwnMemberIds(ctx, old.key, resource)
      await store.archive(ctx.db, [old])
      const next = draft(ctx, resource, { key: old.key, id, version: old.version + 1, shared: key === null })
      // What came with a submission stays part of it, so that the next one of its identifier replaces this version too.
      return save(ctx, { ...next, depositId: old.depositId }, 'record.update')
    },

    /** First version under a client's id; the id is claimed, so that two clients cannot both have it. @refuses already-exists, version-conflict */
    async createAs(ctx: Context, resource: Resource, id: string, ifMatch: number | null): Promise<Written> {
      if (resource.resourceType === 'Patient') refuse('not-permitted')
      if (ifMatch !== null) refuse('version-conflict', { version: '0' })
      const key = await keyFor(ctx, resource)
      const home = key ?? id
      if (!(await store.claimClientId(ctx.db, resource.resourceType, id, home)))
        refuse('already-exists', { where: `${resource.resourceType}/${id}` })
      return save(ctx, draft(ctx, resource, { key: home, id, version: 1, shared: key === null }), 'record.create')
    },

    /** Deletes a resource of the caller's institution; its versions stay in history. A second delete changes nothing. @refuses not-found, not-permitted */
    async remove(ctx: Context, type: string, id: string): Promise<{ version: number }> {
      if (!isResourceType(type)) refuse('type-unknown', { type })
      requireWritable(ctx, type, 'd')
      if (type === 'Patient') refuse('not-permitted')
      const old = (await find(ctx, type, id, true)) ?? refuse('not-found')
      if (old.deleted) return { version: old.version }
      if (old.source !== institutionOf(ctx.actor)) refuse('not-permitted')
      await store.archive(ctx.db, [old])
      await store.markDeleted(ctx.db, [old], ctx.now)
      ctx.audit({
        action: 'record.delete',
        ...(old.kind === 'shared' ? {} : { key: old.key }),
        kinds: [old.kind],
        count: 1,
        resource: `${type}/${id}`,
      })
      ctx.tell({ topic: 'record.written', key: old.key, payload: { removed: [{ type, id, version: old.version + 1 }] } })
      return { version: old.version + 1 }
    },

    /**
     * An id for an entry of a transaction before it is written; null where it is not known yet whose it is.
     * @param places where entries stand by their fullUrl
     */
    reserveId(ctx: Context, resource: Resource, places: ReadonlyMap<string, string>): string | null {
      if (resource.resourceType === 'Patient') return null
      if (sharedTypes.has(resource.resourceType)) return ulid(ctx.now.getTime())
      for (const name of patientReferences) {
        const reference = firstText(resource, name, 'reference') ?? ''
        const target = parseReference(places.get(reference) ?? reference)
        if (target?.type === 'Patient' && target.id !== undefined) return newResourceId(keyOfId(target.id), ctx.now)
      }
      return null
    },

    lockCondition: (ctx: Context, condition: string) => store.lockCondition(ctx.db, condition),
  }
}

/** Member ids a Patient states, folded, each once. */
function memberIdsOf(patient: Resource): string[] {
  const systems: unknown[] = [identifierSystems.memberId, identifierSystems.publicPayerId]
  const stated = values(patient, 'identifier').filter((i) => systems.includes(firstText(i, 'system')))
  return [...new Set(stated.flatMap((i) => foldMemberId(firstText(i, 'value') ?? '')))].filter((id) => id !== '')
}

/** @refuses not-permitted, scope-missing */
function requireWritable(ctx: Context, type: string, act: 'c' | 'u' | 'd'): void {
  if (ownTypes.has(type)) refuse('not-permitted')
  if (ctx.actor.kind !== 'system') refuse('not-permitted')
  if (!scopeAllows(ctx.actor.scopes, type, act)) refuse('scope-missing', { scope: `system/${type}.${act}` })
}

/** The body as a resource of the type its address names. @refuses resource-invalid */
export function requireResource(value: unknown, type: string): Resource {
  if (!isObject(value) || typeof value.resourceType !== 'string' || !isResourceType(value.resourceType))
    return refuse('resource-invalid', {}, [wrongType(type)])
  if (value.resourceType !== type) return refuse('resource-invalid', {}, [wrongType(type)])
  return value as Resource
}

const wrongType = (type: string) => ({
  severity: 'error',
  code: 'invalid',
  path: 'resourceType',
  ruleId: 'structure/resource-type',
  ja: `resourceType は ${type} でなければなりません。`,
  en: `resourceType must be ${type}.`,
})
