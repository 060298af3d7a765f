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
    const grant = lasting(grants.filter((g) => g.kind === kind))
    if (!grant) doors.closed.push({ kind, why: whyClosed(kind, answers, now) })
    else {
      const { until, givenAt, consentId, basis } = grant
      doors.open.push({ kind, until: until.toISOString(), givenAt: givenAt.toISOString(), consentId, basis })
    }
  }
  return doors
}

/**
 * The grant that says how long a kind stays open: under one key the one that lasts longest (a visit may end before what goes on), of several
 * keys the earliest end, because from then on a part is missing.
 */
function lasting(grants: readonly Grant[]): Grant | undefined {
  const perKey = [...Map.groupBy(grants, (g) => g.key).values()].map((some) => some.reduce((a, b) => (b.until > a.until ? b : a)))
  return perKey.length === 0 ? undefined : perKey.reduce((a, b) => (b.until < a.until ? b : a))
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
  const kinds = askableKinds.filter((kind) => grants.some((g) => g.kind === kind))
  const ends = kinds.map((kind) => lasting(grants.filter((g) => g.kind === kind))!.until.getTime())
  return { kinds, until: new Date(Math.min(...ends)).toISOString() }
}
