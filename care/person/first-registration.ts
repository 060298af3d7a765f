/**
 * The first registration of a card (初回登録) by the person who holds it, on the portal. What an insurer gave them says who they are: the
 * member id with its branch, beside name, birth date and sex.
 *
 * A card that is good proves who holds it, not which record is theirs. So a record is handed over only where all of it agrees with exactly
 * one entry that never had a card. In every other case a new, empty entry is made, and a person of the register's staff looks at it.
 */
import type { Context } from '#kernel/context'
import { newKey, ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { foldMemberId } from '#packages/fhir'
import type { Card } from './card-model.ts'
import { isDay } from './facility-rules.ts'
import type { Finding } from './key-rules.ts'
import type { NewPerson } from './model.ts'
import { type Candidate, foldName } from './rules.ts'
import * as store from './store.ts'
import * as cards from './store/card.ts'
import { marksOf } from './store/proxy.ts'

/** What the person says of themselves, and of their insurance card. */
export type GivenRegistration = NewPerson & { insurerNumber: string; symbol: string; number: string; branch: string }

/** `linked`: the card leads to the record that was there. `entered`: to a new one; `review` where somebody will look at it. */
export type Registered = { personId: string; key: string; became: 'linked' | 'entered'; review: boolean }

const text = (value: string): string => value.normalize('NFKC').trim()

/** What is wrong with it, at which field. */
export function judgeRegistration(g: GivenRegistration, today: string): Finding[] {
  const wrong = (field: string, ja: string, en: string): Finding[] => [{ field, ja, en }]
  const when = (bad: boolean, finding: Finding[]): Finding[] => (bad ? finding : [])
  return [
    ...when(
      text(g.name) === '' || g.name.length > 80,
      wrong('name', '氏名を80文字までで入力してください。', 'Enter your name, at most 80 characters.'),
    ),
    ...when(
      !/^[\u30a1-\u30fe\u3000 ]{1,80}$/.test(g.nameKana),
      wrong('nameKana', 'フリガナを全角カタカナで入力してください。', 'Enter the reading in full-width katakana.'),
    ),
    ...when(
      !isDay(g.birthDate) || g.birthDate > today || g.birthDate < '1890-01-01',
      wrong('birthDate', '生年月日を正しく入力してください。', 'Enter your birth date.'),
    ),
    ...when(
      !['male', 'female'].includes(g.sex),
      wrong('sex', '性別を、保険の資格のとおりに選んでください。', 'Choose the sex as your insurance has it.'),
    ),
    ...when(
      !/^\d{6,8}$/.test(text(g.insurerNumber)),
      wrong('insurerNumber', '保険者番号は数字6〜8桁です。', 'The insurer’s number has 6 to 8 digits.'),
    ),
    ...when(text(g.symbol).length > 40, wrong('symbol', '記号は40文字までです。', 'The symbol has at most 40 characters.')),
    ...when(text(g.number) === '' || text(g.number).length > 40, wrong('number', '番号を入力してください。', 'Enter the number.')),
    ...when(
      !/^\d{2}$/.test(text(g.branch)),
      wrong(
        'branch',
        '枝番は数字2桁です。資格情報のお知らせにあります。',
        'The branch number has two digits; it is on your notice of eligibility.',
      ),
    ),
    ...when(g.address.length > 200, wrong('address', '住所は200文字までです。', 'At most 200 characters.')),
    ...when(
      !/^[0-9+() -]{0,20}$/.test(text(g.phone)),
      wrong('phone', '電話番号は数字とハイフンで書いてください。', 'Write the phone number in digits and hyphens.'),
    ),
  ]
}

/** Which entry all of it means: the one whose reading, birth date and sex agree, where there is exactly one and nothing about it is doubted. */
export function whoRegisters(
  g: Pick<GivenRegistration, 'nameKana' | 'birthDate' | 'sex'>,
  candidates: readonly Candidate[],
): Candidate | null {
  if (candidates.some((c) => c.doubtful)) return null
  const agree = candidates.filter((c) => c.birthDate === g.birthDate && c.sex === g.sex && foldName(c.nameKana) === foldName(g.nameKana))
  return agree.length > 0 && new Set(agree.map((c) => c.personId)).size === 1 ? agree[0]! : null
}

/** Whether an entry may be handed to a card by what is printed on papers: nobody uses it yet, and nobody is protected from somebody. */
async function isUntouched(ctx: Context, personId: string, hasOtherWays: (personId: string) => Promise<boolean>): Promise<boolean> {
  const had = await cards.cardsOf(ctx.db, personId)
  const marks = await marksOf(ctx.db, [personId])
  return had.length === 0 && marks.length === 0 && !(await hasOtherWays(personId))
}

/**
 * Registers a card that nobody has. A member id that is only claimed is never kept: whoever truly holds it must find it free.
 * @param about.hasOtherWays whether somebody signs in to an entry in another way already
 * @refuses card-of-another where it was registered meanwhile
 */
export async function registerCard(
  ctx: Context,
  about: { card: Card; given: GivenRegistration; hasOtherWays: (personId: string) => Promise<boolean> },
): Promise<Registered> {
  const { card, given } = about
  const { insurerNumber, symbol, number, branch } = given
  const folded = foldMemberId([insurerNumber, symbol, number, branch].join(':'))
  await store.lockMemberId(ctx.db, folded)
  if ((await cards.lockCard(ctx.db, card)) !== undefined) refuse('card-of-another')
  const candidates = await store.findCandidates(ctx.db, folded)
  const found = whoRegisters(given, candidates)
  const own = found !== null && (await isUntouched(ctx, found.personId, about.hasOtherWays)) ? found : null
  const made = own === null ? await enter(ctx, given) : { personId: own.personId, key: own.key }
  if (own === null && candidates.length > 0) await doubt(ctx, given, { folded, key: made.key })
  await cards.linkCard(ctx.db, { ...card, personId: made.personId, at: ctx.now, basis: 'insurance' })
  await cards.insertCardEvent(ctx.db, card, { at: ctx.now, what: 'linked', byKind: 'citizen', byId: made.personId })
  const became = own === null ? ('entered' as const) : ('linked' as const)
  ctx.audit({ key: made.key, resource: `Person/${made.personId}`, rule: became, kinds: ['patient'], count: 1 })
  return { ...made, became, review: own === null && candidates.length > 0 }
}

async function enter(ctx: Context, given: GivenRegistration): Promise<{ personId: string; key: string }> {
  const made = { id: ulid(ctx.now.getTime()), key: newKey() }
  const { insurerNumber: _i, symbol: _s, number: _n, branch: _b, ...person } = given
  await store.insertPerson(ctx.db, {
    ...person,
    ...made,
    foldedName: foldName(given.name),
    foldedKana: foldName(given.nameKana),
    at: ctx.now,
  })
  return { personId: made.id, key: made.key }
}

/** Into the review queue, beside whoever has that member id. */
const doubt = (
  ctx: Context,
  { birthDate, sex, nameKana }: GivenRegistration,
  { folded, key }: { folded: string; key: string },
): Promise<void> => store.insertDoubt(ctx.db, { key, folded, birthDate, sex, nameKana, institutionNumber: '', at: ctx.now })
