import type { ReactNode } from 'react'
import { type Consent, type Effect, mayDecide } from '#care/consent'
import type { Lang } from '#kernel/language'
import { Button, ButtonRow, DefinitionList, Form, formatDateTime, Ja, LinkButton, Section, Stack, t } from '#ui'
import { stateOf } from '../consent-state.ts'
import { type About, citizenPage } from '../frame.tsx'
import { Effects } from './effects.tsx'
import { OnlyThemselves } from './only-themselves.tsx'
import { kindsIn, opensWords, withdrawHref } from './words.ts'

const Changes = ({ lang, last }: { lang: Lang; last: boolean }): ReactNode => (
  <Section title={t(lang, { ja: '取り消すと変わること', en: 'What changes' })}>
    <ul>
      <li>
        {last
          ? t(lang, {
              ja: 'この医療機関は、次に画面を開いたときから、この同意では、ほかの施設の記録を見られません。',
              en: 'From its next look on, this institution sees nothing by this consent that other institutions recorded.',
            })
          : t(lang, {
              ja: 'この同意だけを取り消すと、ほかの同意で見えるものは、そのまま見えます。すべて取り消すと、ほかの施設の記録は見えなくなります。',
              en: 'If you withdraw this one alone, what another opens stays open. If you withdraw all, nothing of other institutions does.',
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

/** What goes on though this consent ends. */
const Beside = ({ beside, lang }: { beside: readonly Consent[]; lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: 'この医療機関には、ほかの同意もあります', en: 'You agreed to more with this institution' })}>
    <ul>
      {beside.map((one) => (
        <li key={one.id}>{opensWords(one, lang)}</li>
      ))}
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
export function withdrawPage(
  about: About,
  consent: Consent,
  { effects, beside }: { effects: readonly Effect[]; beside: readonly Consent[] },
): string {
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
        <Effects effects={effects} lang={lang} />
        {beside.length === 0 ? null : <Beside beside={beside} lang={lang} />}
        <Changes lang={lang} last={beside.length === 0} />
        <div className="section">
          {!mayDecide(about.actsFor) ? (
            <>
              <OnlyThemselves lang={lang} />
              <ButtonRow>{back}</ButtonRow>
            </>
          ) : beside.length === 0 ? (
            <Form action={withdrawHref(consent)}>
              <ButtonRow>
                <Button variant="danger">{t(lang, { ja: '同意を取り消す', en: 'Withdraw consent' })}</Button>
                {back}
              </ButtonRow>
            </Form>
          ) : (
            <Stack>
              <Form action={withdrawHref(consent)} hidden={{ all: '1' }}>
                <ButtonRow>
                  <Button variant="danger">
                    {t(lang, { ja: 'この医療機関への同意をすべて取り消す', en: 'Withdraw all consents for it' })}
                  </Button>
                </ButtonRow>
              </Form>
              <Form action={withdrawHref(consent)}>
                <ButtonRow>
                  <Button variant="secondary">{t(lang, { ja: 'この同意だけを取り消す', en: 'Withdraw this one alone' })}</Button>
                </ButtonRow>
              </Form>
              <ButtonRow>{back}</ButtonRow>
            </Stack>
          )}
        </div>
      </>
    ) : (
      <Over consent={consent} lang={lang} />
    ),
  })
}
