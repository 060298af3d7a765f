import type { AuditEntry, AuditEvent } from './audit-event.ts'
import type { Actor, Purpose } from './context.ts'
import { institutionOf } from './context.ts'
import { ulid } from './id.ts'

/** Text that any database keeps: one odd character must not take the other entries of a commit with it. */
const storable = (text: string) => text.replaceAll('\0', '').toWellFormed()

/** Who acted, and the app they acted through where there is one: the log has one field for both. */
const actedThrough = (name: string, app: { name: string } | undefined): string => (app === undefined ? name : `${name} ［${app.name}］`)

/** The person and the app of an entry's `actorName`. */
export function actorNamed(actorName: string): { name: string; app: string | null } {
  const [, name, app] = /^(.*) ［(.+)］$/s.exec(actorName) ?? []
  return name === undefined || app === undefined ? { name: actorName, app: null } : { name, app }
}

/** Completes what a use case noted with who, why, when and by which law. */
export function auditEntry(
  event: AuditEvent,
  about: { actor: Actor; purpose: Purpose; now: Date; requestId: string; action: string; law: string; via?: string },
): AuditEntry {
  const { actor } = about
  return {
    key: storable(event.key ?? ''),
    id: ulid(),
    at: about.now.toISOString(),
    actorKind: actor.kind,
    actorId: actor.kind === 'public' ? '' : actor.id,
    actorName: actor.kind === 'public' ? '' : storable(actedThrough(actor.name, 'app' in actor ? actor.app : undefined)),
    // Of a citizen: on what basis they act for somebody else, where they do.
    actorRole: actor.kind === 'staff' ? actor.role : actor.kind === 'citizen' ? (actor.actsFor?.basis ?? '') : '',
    institutionNumber: institutionOf(actor) ?? '',
    institutionName: actor.kind === 'staff' || actor.kind === 'system' ? actor.institutionName : '',
    purpose: about.purpose,
    action: event.action ?? about.action,
    outcome: event.outcome ?? 'success',
    resource: storable(event.resource ?? ''),
    kinds: event.kinds ?? [],
    count: event.count ?? 0,
    consentId: event.consentId ?? '',
    rule: event.rule ?? '',
    law: about.law,
    requestId: about.requestId,
    ...(about.via === undefined || about.via === '' ? {} : { via: about.via }),
  }
}
