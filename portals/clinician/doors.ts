/** Which doors are open to this institution, and why the others are not. Pure. */
import { askableKinds, type Consent, type Grant } from '#care/consent'
import { formatDateTime } from '#ui'
import type { InformationKind } from '#packages/fhir'
import type { Doors, Why } from './model.ts'

/**
 * @param grants consents that hold now for any of the person's keys
 * @param answers everything the person answered here, newest first
 */
export function doorsOf({ grants, answers, now }: { grants: readonly Grant[]; answers: readonly Consent[]; now: Date }): Doors {
  const doors: Doors = { open: [], closed: [] }
  for (const kind of askableKinds) {
    const [first, ...others] = grants.filter((g) => g.kind === kind)
    if (!first) doors.closed.push({ kind, why: whyClosed(kind, answers, now) })
    else {
      // Of several keys the earliest end counts: from then on a part is missing.
      const soonest = others.reduce((a, b) => (b.until < a.until ? b : a), first)
      doors.open.push({ kind, until: soonest.until.toISOString(), givenAt: soonest.givenAt.toISOString(), consentId: soonest.consentId })
    }
  }
  return doors
}

function whyClosed(kind: InformationKind, answers: readonly Consent[], now: Date): Why {
  const last = answers.find((a) => a.refused.includes(kind) || a.allowed.includes(kind))
  if (!last) return notAsked
  if (last.refused.includes(kind)) return dated('refused', last.givenAt)
  if (last.withdrawnAt !== null) return dated('withdrawn', last.withdrawnAt)
  return last.until <= now ? dated('expired', last.until) : notAsked
}

const notAsked: Why = {
  code: 'not-asked',
  ja: 'まだ本人に尋ねていません。カードリーダーで同意を受け付けてください。',
  en: 'The person has not been asked here yet. Please ask at the card reader.',
}

function dated(code: 'refused' | 'withdrawn' | 'expired', at: Date): Why {
  const [ja, en] = [formatDateTime(at, 'ja'), formatDateTime(at, 'en')]
  switch (code) {
    case 'refused':
      return { code, ja: `本人が${ja}に、見せないことを選びました。`, en: `On ${en} the person chose not to show this.` }
    case 'withdrawn':
      return { code, ja: `本人が${ja}に同意を取り消しました。`, en: `The person withdrew consent on ${en}.` }
    case 'expired':
      return {
        code,
        ja: `同意の期限（${ja}）が過ぎました。カードリーダーでもう一度受け付けてください。`,
        en: `Consent ended on ${en}. Please ask again at the card reader.`,
      }
  }
}

/** What a list says of open doors: the kinds, and when the first of them closes. */
export function openKinds(grants: readonly Grant[]): { kinds: InformationKind[]; until: string } | null {
  if (grants.length === 0) return null
  const until = new Date(Math.min(...grants.map((g) => g.until.getTime())))
  return { kinds: askableKinds.filter((kind) => grants.some((g) => g.kind === kind)), until: until.toISOString() }
}
