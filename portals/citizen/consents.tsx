import type { ReactNode } from 'react'
import type { Closure, Consent, RegisteredBasis } from '#care/consent'
import { mayDecide, statuteOf } from '#care/consent'
import type { Lang } from '#kernel/language'
import { Banner, ButtonRow, Card, DefinitionList, EmptyState, Ja, LinkButton, Section, Stack, Tag, Time, t } from '#ui'
import { type ConsentState, stateOf } from './consent-state.ts'
import { type About, citizenPage } from './frame.tsx'
import { OnlyThemselves } from './sharing/only-themselves.tsx'
import { STANDING } from './sharing/standing-page.tsx'
import { kindsIn, opensWords, untilWords, withdrawHref } from './sharing/words.ts'
import { purposeWords } from './words.ts'

const states: Record<ConsentState, { ja: string; en: string; tone?: 'success' }> = {
  active: { ja: '見せています', en: 'Sharing now', tone: 'success' },
  withdrawn: { ja: '取り消しました', en: 'Withdrawn' },
  expired: { ja: '期限が過ぎました', en: 'Ended' },
}

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
        open && mayDecide(about.actsFor) ? (
          <ButtonRow>
            <LinkButton
              href={withdrawHref(consent)}
              ariaLabel={t(lang, {
                ja: `${consent.institutionName}への同意を取り消す`,
                en: `Withdraw consent for ${consent.institutionName}`,
              })}
            >
              {t(lang, { ja: '取り消す…', en: 'Withdraw…' })}
            </LinkButton>
            {consent.basis === 'standing' ? (
              <LinkButton
                href={`${STANDING}?institutionNumber=${encodeURIComponent(consent.institutionNumber)}`}
                variant="secondary"
                ariaLabel={t(lang, {
                  ja: `${consent.institutionName}への同意を変える`,
                  en: `Change the consent for ${consent.institutionName}`,
                })}
              >
                {t(lang, { ja: '変える…', en: 'Change…' })}
              </LinkButton>
            ) : null}
          </ButtonRow>
        ) : null
      }
    >
      <p>{nothing ? <Tag>{t(lang, { ja: '見せていません', en: 'Not sharing' })}</Tag> : <Tag tone={tone}>{t(lang, label)}</Tag>}</p>
      {open ? <p>{opensWords(consent, lang)}</p> : null}
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
            ? { term: t(lang, { ja: '期限', en: 'Until' }), value: untilWords(consent, lang) }
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

const Done = ({ lang, just, left }: { lang: Lang; just: 'withdrawn' | 'given'; left: number }): ReactNode => (
  <Banner
    tone={left === 0 ? 'success' : 'attention'}
    lang={lang}
    title={
      just === 'withdrawn' && left > 0
        ? t(lang, {
            ja: `同意を取り消しました。ただし、この医療機関は、残っている同意（${left}件）で、まだ見られます。`,
            en: `Consent withdrawn. By what else you agreed to (${left}), this institution can still look.`,
          })
        : just === 'withdrawn'
          ? t(lang, {
              ja: '同意を取り消しました。この同意では、いまから見えません。',
              en: 'Consent withdrawn. From now on this institution sees nothing under it.',
            })
          : t(lang, {
              ja: '続けて見せることにしました。いつでも取り消せます。',
              en: 'Shared from now on. You can withdraw it at any time.',
            })
    }
  />
)

/** Earlier answers beyond this many are counted, not drawn. */
const SHOWN_EARLIER = 50

export type ConsentsView = {
  consents: readonly Consent[]
  closures: readonly Closure[]
  bases: readonly RegisteredBasis[]
  just: 'withdrawn' | 'given' | null
  /** Consents that still let the institution look whose consent was just withdrawn. */
  left: number
}

const Standing = ({ list, about }: { list: readonly Consent[]; about: About }): ReactNode => (
  <Section title={t(about.lang, { ja: '続けて見せている相手', en: 'Shared on and on' })}>
    {list.length > 0 ? <Cards consents={list} about={about} /> : <p>{t(about.lang, { ja: 'いまはありません。', en: 'None now.' })}</p>}
    {mayDecide(about.actsFor) ? (
      <ButtonRow>
        <LinkButton href={STANDING} variant="secondary">
          {t(about.lang, { ja: '続けて見せる相手を決める', en: 'Share on and on with an institution' })}
        </LinkButton>
      </ButtonRow>
    ) : (
      <OnlyThemselves lang={about.lang} />
    )}
  </Section>
)

const Kept = ({ closures, lang }: { closures: readonly Closure[]; lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: '見せないと決めていること', en: 'What you keep closed' })}>
    <p>
      {closures.length === 0
        ? t(lang, { ja: 'いまはありません。', en: 'Nothing now.' })
        : t(lang, {
            ja: `${closures.length}つあります。同意があっても、そこは見えません。`,
            en: `Kept closed: ${closures.length}. No consent opens it.`,
          })}
    </p>
    <ButtonRow>
      <LinkButton href="/me/consents/closing" variant="secondary">
        {t(lang, { ja: '見せない設定', en: 'Keep it closed' })}
      </LinkButton>
    </ButtonRow>
  </Section>
)

function ByLaw({ bases, lang }: { bases: readonly RegisteredBasis[]; lang: Lang }): ReactNode {
  return (
    <Section title={t(lang, { ja: '法令により、同意がなくても見られる相手', en: 'Who may see by law, without consent' })}>
      {bases.length === 0 ? (
        <p>{t(lang, { ja: 'いまは登録がありません。', en: 'None is registered now.' })}</p>
      ) : (
        <Stack>
          {bases.map((basis) => (
            <Card key={basis.id} title={<Ja>{basis.institutionName}</Ja>}>
              <DefinitionList
                items={[
                  { term: t(lang, { ja: '目的', en: 'Purpose' }), value: purposeWords(basis.purpose, lang) },
                  { term: t(lang, { ja: '見られる情報', en: 'What they may see' }), value: kindsIn(basis.kinds, lang) },
                  { term: t(lang, { ja: 'きまり', en: 'Law' }), value: <Ja>{statuteOf(basis.statute)?.citation ?? basis.statute}</Ja> },
                  { term: t(lang, { ja: '期限', en: 'Until' }), value: <Time value={new Date(basis.until.getTime() - 1)} lang={lang} /> },
                ]}
              />
            </Card>
          ))}
        </Stack>
      )}
      <p className="note">
        {t(lang, {
          ja: '見られたことは「誰が見たか」に必ず残ります。',
          en: 'Each look stands in ‘Who looked’.',
        })}{' '}
        <a href="/public/legal-bases">{t(lang, { ja: '公開の登録簿', en: 'Public register' })}</a>
      </p>
    </Section>
  )
}

function Ended({ list, about }: { list: readonly Consent[]; about: About }): ReactNode {
  const { lang } = about
  if (list.length === 0) return null
  return (
    <Section title={t(lang, { ja: '終わったもの', en: 'Ended' })}>
      <Cards consents={list.slice(0, SHOWN_EARLIER)} about={about} />
      {list.length > SHOWN_EARLIER ? (
        <p className="note">
          {t(lang, { ja: `ほかに${list.length - SHOWN_EARLIER}件あります。`, en: `${list.length - SHOWN_EARLIER} more.` })}
        </p>
      ) : null}
    </Section>
  )
}

export function consentsPage(about: About, { consents, closures, bases, just, left }: ConsentsView): string {
  const { lang, now } = about
  const active = consents.filter((consent) => stateOf(consent, now) === 'active')
  const visits = active.filter((consent) => consent.basis === 'visit')
  return citizenPage(about, {
    here: '/me/consents',
    title: t(lang, { ja: '誰に何を見せているか', en: 'Who may see what' }),
    lead: t(lang, {
      ja: '受付のカードリーダーで答えたことは24時間で終わります。続けて見せることも、見せないと決めることもできます。いつでも、理由なしに変えられます。',
      en: 'What you answer at a card reader ends after 24 hours. You can also share on and on, or keep things closed, and change it at any time without a reason.',
    }),
    top: just === null ? undefined : <Done lang={lang} just={just} left={left} />,
    children: (
      <>
        <Section title={t(lang, { ja: 'いま有効なもの', en: 'In force now' })}>
          {visits.length > 0 ? (
            <Cards consents={visits} about={about} />
          ) : (
            <EmptyState lang={lang} title={t(lang, { ja: '受付で答えた同意は、いまはありません', en: 'No answer of a visit holds now' })}>
              <p>
                {t(lang, {
                  ja: '医療機関の受付でカードを置くと、その場で選べます。',
                  en: 'You choose at the card reader when you visit an institution.',
                })}
              </p>
            </EmptyState>
          )}
        </Section>
        <Standing list={active.filter((consent) => consent.basis === 'standing')} about={about} />
        <Kept closures={closures} lang={lang} />
        <ByLaw bases={bases} lang={lang} />
        <Ended list={consents.filter((consent) => stateOf(consent, now) !== 'active')} about={about} />
        <ButtonRow>
          <LinkButton href="/me/consents/history" variant="secondary">
            {t(lang, { ja: 'これまでの変更を見る', en: 'See earlier changes' })}
          </LinkButton>
        </ButtonRow>
      </>
    ),
  })
}
