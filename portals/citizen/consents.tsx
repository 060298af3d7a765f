import type { ReactNode } from 'react'
import type { Consent } from '#care/consent'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  Card,
  DefinitionList,
  EmptyState,
  Form,
  formatDateTime,
  Ja,
  joinList,
  kindName,
  LinkButton,
  Section,
  Stack,
  Tag,
  Time,
  t,
} from '#ui'
import { type ConsentState, stateOf } from './consent-state.ts'
import { type About, citizenPage } from './frame.tsx'

const states: Record<ConsentState, { ja: string; en: string; tone?: 'success' }> = {
  active: { ja: '見せています', en: 'Sharing now', tone: 'success' },
  withdrawn: { ja: '取り消しました', en: 'Withdrawn' },
  expired: { ja: '期限が過ぎました', en: 'Ended' },
}

const kindsIn = (kinds: Consent['allowed'], lang: Lang): string =>
  joinList(
    lang,
    kinds.map((kind) => kindName[kind][lang]),
  )

const hrefOf = (consent: Consent) => `/me/consents/${encodeURIComponent(consent.id)}/withdraw`

function ConsentCard({ consent, about }: { consent: Consent; about: About }): ReactNode {
  const { lang, now } = about
  const state = stateOf(consent, now)
  const { tone, ...label } = states[state]
  const open = state === 'active' && consent.allowed.length > 0
  const nothing = state === 'active' && !open
  return (
    <Card
      title={<Ja>{consent.institutionName}</Ja>}
      footer={
        open ? (
          <LinkButton
            href={hrefOf(consent)}
            ariaLabel={t(lang, {
              ja: `${consent.institutionName}への同意を取り消す`,
              en: `Withdraw consent for ${consent.institutionName}`,
            })}
          >
            {t(lang, { ja: '取り消す…', en: 'Withdraw…' })}
          </LinkButton>
        ) : null
      }
    >
      <p>{nothing ? <Tag>{t(lang, { ja: '見せていません', en: 'Not sharing' })}</Tag> : <Tag tone={tone}>{t(lang, label)}</Tag>}</p>
      <DefinitionList
        items={[
          {
            term: t(lang, { ja: '見せる情報', en: 'Shared' }),
            value: consent.allowed.length > 0 ? kindsIn(consent.allowed, lang) : t(lang, { ja: 'ありません', en: 'Nothing' }),
          },
          ...(consent.refused.length > 0
            ? [{ term: t(lang, { ja: '見せないと決めた情報', en: 'You chose not to share' }), value: kindsIn(consent.refused, lang) }]
            : []),
          { term: t(lang, { ja: '同意した日時', en: 'Given' }), value: <Time value={consent.givenAt} lang={lang} withTime /> },
          consent.withdrawnAt === null
            ? { term: t(lang, { ja: '期限', en: 'Until' }), value: <Time value={consent.until} lang={lang} withTime /> }
            : {
                term: t(lang, { ja: '取り消した日時', en: 'Withdrawn' }),
                value: <Time value={consent.withdrawnAt} lang={lang} withTime />,
              },
        ]}
      />
    </Card>
  )
}

const Cards = ({ consents, about }: { consents: readonly Consent[]; about: About }): ReactNode => (
  <Stack>
    {consents.map((consent) => (
      <ConsentCard key={consent.id} consent={consent} about={about} />
    ))}
  </Stack>
)

const Withdrawn = ({ lang }: { lang: Lang }): ReactNode => (
  <Banner
    tone="success"
    lang={lang}
    title={t(lang, {
      ja: '同意を取り消しました。この医療機関には、いまから見えません。',
      en: 'Consent withdrawn. From now on this institution sees nothing under it.',
    })}
  />
)

/** Earlier answers beyond this many are counted, not drawn. */
const SHOWN_EARLIER = 50

export function consentsPage(about: About, { consents, justWithdrawn }: { consents: readonly Consent[]; justWithdrawn: boolean }): string {
  const { lang, now } = about
  const active = consents.filter((consent) => stateOf(consent, now) === 'active')
  const earlier = consents.filter((consent) => stateOf(consent, now) !== 'active')
  const list = (some: readonly Consent[]) => <Cards consents={some} about={about} />
  return citizenPage(about, {
    here: '/me/consents',
    title: t(lang, { ja: '誰に何を見せているか', en: 'Who may see what' }),
    lead: t(lang, {
      ja: '受付のカードリーダーで答えたことの一覧です。同意は24時間で終わり、いつでも取り消せます。理由は要りません。',
      en: 'What you answered at card readers. A consent ends after 24 hours; you can withdraw it at any time, without a reason.',
    }),
    top: justWithdrawn ? <Withdrawn lang={lang} /> : undefined,
    children: (
      <>
        <Section title={t(lang, { ja: 'いま有効なもの', en: 'In force now' })}>
          {active.length > 0 ? (
            list(active)
          ) : (
            <EmptyState lang={lang} title={t(lang, { ja: 'いま見せている相手はいません', en: 'You are sharing with nobody now' })}>
              <p>
                {t(lang, {
                  ja: '医療機関の受付でカードを置くと、その場で選べます。',
                  en: 'You choose at the card reader when you visit an institution.',
                })}
              </p>
            </EmptyState>
          )}
        </Section>
        <ButtonRow>
          <LinkButton href="/me/consents/closing" variant="secondary">
            {t(lang, { ja: '見せない設定', en: 'Keep it closed' })}
          </LinkButton>
        </ButtonRow>
        {earlier.length > 0 ? (
          <Section title={t(lang, { ja: '終わったもの', en: 'Ended' })}>
            {list(earlier.slice(0, SHOWN_EARLIER))}
            {earlier.length > SHOWN_EARLIER ? (
              <p className="note">
                {t(lang, { ja: `ほかに${earlier.length - SHOWN_EARLIER}件あります。`, en: `${earlier.length - SHOWN_EARLIER} more.` })}
              </p>
            ) : null}
          </Section>
        ) : null}
      </>
    ),
  })
}

const Effects = ({ lang }: { lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: '取り消すと変わること', en: 'What changes' })}>
    <ul>
      <li>
        {t(lang, {
          ja: 'この医療機関は、次に画面を開いたときから、ほかの施設の記録を見られません。',
          en: 'From its next look on, this institution sees nothing that other institutions recorded.',
        })}
      </li>
      <li>
        {t(lang, {
          ja: 'この医療機関が自分で書いた記録と、これまでに見たことは残ります。',
          en: 'What it wrote itself stays with it, and what it has seen cannot be unseen.',
        })}
      </li>
      <li>
        {t(lang, {
          ja: '診療はこれまでどおり受けられます。次に受付でカードを置けば、また選べます。',
          en: 'You are treated as before. At your next visit you can choose again at the card reader.',
        })}
      </li>
    </ul>
  </Section>
)

const Over = ({ consent, lang }: { consent: Consent; lang: Lang }): ReactNode => (
  <>
    <p>
      {consent.withdrawnAt === null
        ? t(lang, {
            ja: `この同意は、${formatDateTime(consent.until, lang)}に期限が過ぎて終わっています。`,
            en: `This consent ended on ${formatDateTime(consent.until, lang)}.`,
          })
        : t(lang, {
            ja: `この同意は、${formatDateTime(consent.withdrawnAt, lang)}に取り消されています。`,
            en: `This consent was withdrawn on ${formatDateTime(consent.withdrawnAt, lang)}.`,
          })}
    </p>
    <ButtonRow>
      <LinkButton href="/me/consents">{t(lang, { ja: '一覧に戻る', en: 'Back to the list' })}</LinkButton>
    </ButtonRow>
  </>
)

/** The effect of withdrawing, told before it happens. */
export function withdrawPage(about: About, consent: Consent): string {
  const { lang, now } = about
  const back = <LinkButton href="/me/consents">{t(lang, { ja: '取り消さずに戻る', en: 'Back, keep it' })}</LinkButton>
  const active = stateOf(consent, now) === 'active'
  return citizenPage(about, {
    here: '/me/consents',
    title: t(lang, { ja: '同意を取り消しますか', en: 'Withdraw this consent?' }),
    breadcrumbs: [{ href: '/me/consents', label: t(lang, { ja: '同意', en: 'Consents' }) }],
    children: active ? (
      <>
        <DefinitionList
          items={[
            { term: t(lang, { ja: '医療機関', en: 'Institution' }), value: <Ja>{consent.institutionName}</Ja> },
            { term: t(lang, { ja: 'いま見せている情報', en: 'Shared now' }), value: kindsIn(consent.allowed, lang) },
          ]}
        />
        <Effects lang={lang} />
        <div className="section">
          <Form action={hrefOf(consent)}>
            <ButtonRow>
              <Button variant="danger">{t(lang, { ja: '同意を取り消す', en: 'Withdraw consent' })}</Button>
              {back}
            </ButtonRow>
          </Form>
        </div>
      </>
    ) : (
      <Over consent={consent} lang={lang} />
    ),
  })
}
