import type { ReactNode } from 'react'
import type { CardLink, PersonService } from '#care/person'
import { stateOf } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Row, RouteRequest } from '#kernel/route'
import {
  citizenStepUp,
  ClonedNotice,
  Devices,
  Lately,
  OutsideEntry,
  Passkeys,
  securityJson,
  securityRows,
  type SecurityView,
  securityView,
  subjectOf,
} from '#portals/sign-in'
import type { Lang, Sentence } from '#kernel/language'
import { Button, EmptyState, Form, Section, Table, Time, t } from '#ui'
import { type About, citizenPage } from './frame.tsx'

const LAW = '医療情報システムの安全管理に関するガイドライン 利用者の識別と認証（章は要確認）'
const BASE = '/me/security'

type Deps = {
  person: PersonService
  demo: boolean
  baseUrl: string
  outside: Sentence | null
  aboutOf: (ctx: Context, request: RouteRequest) => About
}

const cardStates = {
  live: { ja: '使えます', en: 'In use' },
  stopped: { ja: '止めています', en: 'Stopped' },
  ended: { ja: '終わりました', en: 'Ended' },
} as const

/** A lost card is stopped at once, without a further proof; letting it work again asks for one. */
function CardAct({ card, lang }: { card: CardLink; lang: Lang }): ReactNode {
  const state = stateOf(card)
  if (state === 'ended') return null
  const hidden = { serial: card.serial, issuer: card.issuer }
  return state === 'live' ? (
    <Form action="/me/cards/stop" hidden={hidden} label={t(lang, { ja: 'カードを止める', en: 'Stop the card' })}>
      <Button variant="danger">{t(lang, { ja: 'なくした：すぐに止める', en: 'I lost it: stop it now' })}</Button>
    </Form>
  ) : (
    <Form action="/me/cards/found" hidden={hidden} label={t(lang, { ja: 'カードを使えるようにする', en: 'Use the card again' })}>
      <Button>{t(lang, { ja: '見つかった：また使う', en: 'I found it: use it again' })}</Button>
    </Form>
  )
}

const Cards = ({ lang, cards }: { lang: Lang; cards: readonly CardLink[] }): ReactNode => (
  <Section
    title={t(lang, { ja: 'マイナンバーカード', en: 'My Number Card' })}
    lead={t(lang, {
      ja: 'カードを更新しても、なくして作り直しても、記録はあなたにつながったままです。',
      en: 'When your card is renewed, or replaced after a loss, your records stay yours.',
    })}
  >
    <Table
      lang={lang}
      caption={t(lang, { ja: 'カード', en: 'Cards' })}
      captionHidden
      rows={cards}
      rowKey={(card) => `${card.issuer}${card.serial}`}
      empty={<EmptyState lang={lang} title={t(lang, { ja: 'カードはまだ登録されていません', en: 'No card is registered yet' })} />}
      columns={[
        {
          key: 'since',
          header: t(lang, { ja: '登録した日', en: 'Registered' }),
          cell: (card) => <Time value={card.linkedAt} lang={lang} />,
        },
        { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (card) => cardStates[stateOf(card)][lang] },
        {
          key: 'act',
          header: t(lang, { ja: 'なくしたとき', en: 'If you lose it' }),
          cell: (card) => <CardAct card={card} lang={lang} />,
        },
      ]}
    />
  </Section>
)

type Shown = { view: SecurityView; cards: readonly CardLink[]; outside: Sentence | null }

function securityPage(about: About, { view, cards, outside }: Shown): string {
  const { lang } = about
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: 'サインインの安全', en: 'Sign-in and security' }),
    lead: t(lang, {
      ja: 'どうやって入れるか、どの端末で入っているか、最近何が変わったかを確かめられます。',
      en: 'How you can sign in, where you are signed in, and what changed lately.',
    }),
    breadcrumbs: [{ href: '/me/profile', label: t(lang, { ja: '登録情報', en: 'About you' }) }],
    islands: ['passkey'],
    children: (
      <>
        <ClonedNotice lang={lang} view={view} />
        <Passkeys
          lang={lang}
          base={BASE}
          view={view}
          lead={t(lang, {
            ja: 'カードなしで、端末の顔・指紋・画面ロックで入るための鍵です。なくした端末のものは取り消してください。',
            en: 'Keys that let you in without the card, by your device’s face, finger or screen lock. Remove those of a device you lost.',
          })}
        />
        <Devices lang={lang} base={BASE} view={view} />
        <Cards lang={lang} cards={cards} />
        {outside === null ? null : <OutsideEntry lang={lang} base={BASE} name={outside} />}
        <Lately lang={lang} view={view} />
      </>
    ),
  })
}

/** How a person signs in: their page and the rows behind it. */
export function citizenSecurityRows({ person, demo, baseUrl, outside, aboutOf }: Deps): Row[] {
  return [
    {
      kind: 'read',
      method: 'GET',
      path: BASE,
      who: ['citizen'],
      why: ['PATRQT'],
      audit: 'citizen.security',
      law: LAW,
      summary: { ja: 'サインインのしかた、端末、最近の変更', en: 'Ways to sign in, devices, and what changed lately' },
      handle: async (ctx, request) => {
        const { actor } = ctx
        const subject = actor.kind === 'citizen' ? subjectOf(ctx) : refuse('not-permitted')
        const view = await securityView(ctx, { subject, stepUp: citizenStepUp, path: BASE })
        const cards = await person.cards.list(ctx, subject.id)
        const key = (await person.find(ctx, subject.id))?.keys[0]
        ctx.audit({ ...(key === undefined ? {} : { key }), rule: 'own-record', resource: 'Passkey?', count: view.passkeys.length })
        return { json: securityJson(view), page: () => securityPage(aboutOf(ctx, request), { view, cards, outside }) }
      },
    },
    ...securityRows({ base: BASE, who: 'citizen', why: 'PATRQT', stepUp: citizenStepUp, person, baseUrl, demo }),
  ]
}
