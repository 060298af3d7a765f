/** What happened to a person's consents and closures: every event with who, when, through which door, under which text. */
import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import type { Door } from './deciding.ts'
import type { Closure, Consent } from './model.ts'
import { insertEvent } from './store/event.ts'
import { textOn } from './texts.ts'

export { type ConsentEvent, findEvents } from './store/event.ts'

type About =
  | { what: 'given' | 'withdrawn'; consent: Consent; door: Door; key: string }
  | { what: 'closed' | 'reopened'; closure: Closure; door: Door; key: string }

const ofConsent = (c: Consent) => ({
  basis: c.basis,
  consentId: c.id,
  institutionNumber: c.institutionNumber,
  institutionName: c.institutionName,
  allowed: c.allowed,
  refused: c.refused,
  item: '',
  absolute: false,
  until: c.until,
  textVersion: c.textVersion,
})
const ofClosure = (c: Closure, now: Date) => ({
  basis: 'closure' as const,
  consentId: c.closureId,
  institutionNumber: c.institutionNumber,
  institutionName: '',
  allowed: [],
  refused: [],
  item: c.type === '' ? '' : `${c.type}/${c.id}`,
  absolute: c.absolute,
  until: null,
  textVersion: textOn('closing', dateInJapan(now)).version,
})

/** Notes an event in the transaction of what happened. */
export async function noteEvent(ctx: Context, about: About): Promise<void> {
  const { actor, now } = ctx
  const e = 'consent' in about ? ofConsent(about.consent) : ofClosure(about.closure, now)
  const actedAs = actor.kind === 'citizen' ? (actor.actsFor?.basis ?? '') : ''
  const name = actor.kind === 'public' ? '' : actor.kind === 'citizen' && actor.app ? `${actor.name} ［${actor.app.name}］` : actor.name
  await insertEvent(ctx.db, {
    ...e,
    key: about.key,
    id: ulid(now.getTime()),
    requestId: ctx.requestId,
    at: now,
    what: about.what,
    actorKind: actor.kind,
    actorName: name,
    actedAs,
    door: about.door,
  })
}
