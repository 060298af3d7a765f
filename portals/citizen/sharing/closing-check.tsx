import type { ReactNode } from 'react'
import { type Change, type Closing, type Closure, closureOf, type Effect, textOn } from '#care/consent'
import { present } from '#care/record'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import type { Lang } from '#kernel/language'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { Button, ButtonRow, Form, Ja, LinkButton, Section, Tag, t } from '#ui'
import { stateOf } from '../consent-state.ts'
import { type About, citizenPage } from '../frame.tsx'
import { institutionNames } from '../institution-names.ts'
import type { CitizenDeps } from '../routes.tsx'
import { aboutOf, citizenOf, noteOwn } from '../self.ts'
import { Effects } from './effects.tsx'

const PLACE = '/me/consents/closing'
const LAW = '個人情報の保護に関する法律 第27条、第35条（利用停止等。条項は要確認: 弁護士）'

/** Names of records closed together that are written out. */
const NAMED_ALIKE = 50

type Asked = Closing & { absolute: boolean }
export type InstitutionEffects = { institution: string; effects: readonly Effect[] }
type View = {
  asked: Asked
  named: string
  /** What else is kept back with the item, of what the person may know. */
  together: readonly string[]
  effects: readonly InstitutionEffects[]
  text: string
  version: string
}

/** @refuses input-invalid */
function askedIn(query: URLSearchParams): Asked {
  const absolute = query.get('absolute') === '1'
  const what = query.get('what')
  const [institutionNumber, type, id] = ['institutionNumber', 'type', 'id'].map((name) => query.get(name) ?? '') as [string, string, string]
  if (what === 'institution' && institutionNumber !== '') return { what, institutionNumber: institutionNumber.slice(0, 20), absolute }
  if (what === 'item' && type !== '' && id !== '') return { what, type, id, absolute }
  return what === 'everything' ? { what, absolute } : refuse('input-invalid', { what: 'what' })
}

/** What a person asked to close, with what tells the same. */
export async function withAlike<T extends Closing>(ctx: Context, record: CitizenDeps['record'], asked: T): Promise<T> {
  return asked.what === 'item' ? { ...asked, alike: await record.tellingsOf(ctx, citizenOf(ctx).keys, asked) } : asked
}

/** What an item of the person is called; its type and id where it has no name or is not theirs. */
export async function itemName(ctx: Context, { record }: Pick<CitizenDeps, 'record'>, item: { type: string; id: string }): Promise<string> {
  const marks = await record.marks(ctx, citizenOf(ctx).keys)
  if (!marks.some((one) => one.type === item.type && one.id === item.id)) return `${item.type}/${item.id}`
  const shown = present(await record.chartItem(ctx, citizenOf(ctx).keys, item.id), () => undefined)
  return ('title' in shown ? shown.title : shown.name) ?? `${item.type}/${item.id}`
}

/** Names of items given as type and id; those without a name are left out. */
export async function itemNames(
  ctx: Context,
  deps: Pick<CitizenDeps, 'record'>,
  items: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const item of new Set(items.filter((one) => one !== ''))) {
    const [type = '', id = ''] = item.split('/', 2)
    const name = await itemName(ctx, deps, { type, id })
    if (name !== item) names.set(item, name)
  }
  return names
}

function titleOf({ asked }: View, lang: Lang): string {
  if (asked.what === 'everything') return t(lang, { ja: 'どこにも見せないことにしますか', en: 'Close your whole record?' })
  return asked.what === 'institution'
    ? t(lang, { ja: 'この医療機関には見せないことにしますか', en: 'Close your record to this institution?' })
    : t(lang, { ja: 'この記録を見せないことにしますか', en: 'Keep this item back?' })
}

function Whom({ view, lang }: { view: View; lang: Lang }): ReactNode {
  if (view.effects.length > 0)
    return view.effects.map((one) => <Effects key={one.institution} institution={one.institution} effects={one.effects} lang={lang} />)
  return (
    <p>
      {t(lang, {
        ja: 'いま同意している医療機関はありません。これから受付で同意しても、見えません。',
        en: 'No consent holds now. A consent given later at a reader will not open it either.',
      })}
    </p>
  )
}

/** The same fact in letters and documents, which are kept back with it. */
function Together({ view, lang }: { view: View; lang: Lang }): ReactNode {
  if (view.together.length === 0) return null
  return (
    <Section title={t(lang, { ja: 'これも一緒に見せません', en: 'Kept back with it' })}>
      <p>
        {t(lang, {
          ja: '同じ内容が書かれている記録です。片方だけ隠しても、もう片方で読めてしまうためです。',
          en: 'They say the same. If only one were kept back, it could be read in the other.',
        })}
      </p>
      <ul>
        {[...new Set(view.together)].map((name) => (
          <li key={name}>
            <Ja>{name}</Ja>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function checkPage(about: About, view: View): string {
  const { lang } = about
  const { asked } = view
  const hidden: Record<string, string> = {
    what: asked.what,
    ...(asked.what === 'institution' ? { institutionNumber: asked.institutionNumber } : {}),
    ...(asked.what === 'item' ? { type: asked.type, id: asked.id } : {}),
    ...(asked.absolute ? { absolute: '1' } : {}),
  }
  return citizenPage(about, {
    here: '/me/consents',
    title: titleOf(view, lang),
    breadcrumbs: [
      { href: '/me/consents', label: t(lang, { ja: '同意', en: 'Consents' }) },
      { href: PLACE, label: t(lang, { ja: '見せない設定', en: 'Keep it closed' }) },
    ],
    children: (
      <>
        {view.named === '' ? null : (
          <p>
            <strong>
              <Ja>{view.named}</Ja>
            </strong>
          </p>
        )}
        <Together view={view} lang={lang} />
        {asked.absolute ? (
          <p>
            <Tag tone="attention">{t(lang, { ja: '命が危ないときも見せません', en: 'Not even where life is at stake' })}</Tag>
          </p>
        ) : null}
        <Whom view={view} lang={lang} />
        <Section title={t(lang, { ja: '決めると、こうなります', en: 'What it means' })}>
          <p>{view.text}</p>
          <p className="note">
            {t(lang, { ja: '文の版', en: 'Version of the text' })} <code>{view.version}</code>
          </p>
        </Section>
        <div className="section">
          <Form action={PLACE} hidden={hidden}>
            <ButtonRow>
              <Button variant="danger">{t(lang, { ja: '見せないことにする', en: 'Close it' })}</Button>
              <LinkButton href={PLACE}>{t(lang, { ja: 'やめて戻る', en: 'Back, leave it open' })}</LinkButton>
            </ButtonRow>
          </Form>
        </div>
      </>
    ),
  })
}

type Spoken = Pick<Closure, 'institutionNumber' | 'type' | 'id' | 'alike'>

/** What it would change at each institution that a consent is open to (at the one it speaks of), and what it speaks of is called. */
export async function effectsOn(
  ctx: Context,
  deps: CitizenDeps,
  { about, change }: { about: Spoken; change: Change },
): Promise<{ effects: InstitutionEffects[]; named: string }> {
  const { keys } = citizenOf(ctx)
  const active = (await deps.consent.list(ctx, keys)).filter((one) => stateOf(one, ctx.now) === 'active' && one.allowed.length > 0)
  const one = about.institutionNumber
  const numbers = one === '' ? [...new Set(active.map(({ institutionNumber }) => institutionNumber))].slice(0, 10) : [one]
  const nameOf = await institutionNames(ctx, deps.person, numbers)
  const marks = await deps.record.marks(ctx, keys)
  const spoken = new Set([about, ...(about.alike ?? [])].map(({ type, id }) => `${type}/${id}`))
  const items = about.type === '' ? marks : marks.filter(({ type, id }) => spoken.has(`${type}/${id}`))
  const effects: InstitutionEffects[] = []
  for (const institutionNumber of numbers) {
    const counted = await deps.consent.preview(ctx, { keys, items, change, institutionNumber })
    effects.push({ institution: nameOf(institutionNumber) ?? institutionNumber, effects: counted })
  }
  const named = about.type !== '' ? await itemName(ctx, deps, about) : one === '' ? '' : (nameOf(one) ?? one)
  return { effects, named }
}

async function check(ctx: Context, request: RouteRequest, deps: CitizenDeps): Promise<Answer> {
  const { keys } = citizenOf(ctx)
  const asked = await withAlike(ctx, deps.record, askedIn(request.query))
  noteOwn(ctx, { resource: 'Consent?' })
  const alike = asked.what === 'item' ? (asked.alike ?? []).slice(0, NAMED_ALIKE).map(({ type, id }) => `${type}/${id}`) : []
  const together = [...(await itemNames(ctx, deps, alike)).values()]
  const closure = { ...closureOf(asked, ctx.now), key: keys[0] ?? '' }
  const { effects, named } = await effectsOn(ctx, deps, { about: closure, change: { do: 'close', closure } })
  const { text, version } = textOn('closing', dateInJapan(ctx.now))
  return {
    json: { effects },
    page: () => checkPage(aboutOf(ctx, request, deps), { asked, named, together, effects, text: text[ctx.lang], version }),
  }
}

/** What closing would change, before the click. */
export const closingCheckRow = (deps: CitizenDeps): Row => ({
  kind: 'read',
  method: 'GET',
  path: `${PLACE}/check`,
  who: ['citizen'],
  why: ['PATRQT'],
  audit: 'citizen.closing',
  law: LAW,
  summary: { ja: '見せないと決めると何が変わるか', en: 'What closing something would change' },
  handle: (ctx, request) => check(ctx, request, deps),
})
