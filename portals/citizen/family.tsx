import type { ReactNode } from 'react'
import { mayDecide } from '#care/consent'
import type { ProxyView } from '#care/person'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  Card,
  DefinitionList,
  EmptyState,
  Form,
  formatDate,
  Ja,
  LinkButton,
  Section,
  Stack,
  Tag,
  TextInput,
  t,
} from '#ui'
import { basisNames } from './family-words.ts'
import { type About, citizenPage } from './frame.tsx'

export type FamilyView = {
  represents: readonly ProxyView[]
  representedBy: readonly ProxyView[]
  /** What was just done, for the sentence on top. */
  done: 'proposed' | 'accepted' | 'ended' | null
}

const periodOf = ({ validFrom, until }: Pick<ProxyView, 'validFrom' | 'until'>, lang: Lang): string => {
  const from = formatDate(validFrom, lang)
  if (until === null) return t(lang, { ja: `${from}から`, en: `From ${from}` })
  return t(lang, { ja: `${from}から${formatDate(until, lang)}まで`, en: `From ${from} until ${formatDate(until, lang)}` })
}

const facts = (proxy: ProxyView, lang: Lang) => [
  { term: t(lang, { ja: '根拠', en: 'Basis' }), value: t(lang, basisNames[proxy.basis]) },
  { term: t(lang, { ja: '期間', en: 'Period' }), value: periodOf(proxy, lang) },
]

function Post(props: { action: string; label: string; about: string; hidden?: Record<string, string>; primary?: boolean }): ReactNode {
  return (
    <Form action={props.action} label={props.about} hidden={props.hidden}>
      <Button variant={props.primary ? 'primary' : 'secondary'}>{props.label}</Button>
    </Form>
  )
}

const Represented = ({ proxy, lang }: { proxy: ProxyView; lang: Lang }): ReactNode => (
  <Card title={<Ja>{proxy.name}</Ja>}>
    {proxy.waiting ? (
      <p>
        <Tag>{t(lang, { ja: '返事を待っています', en: 'Waiting for an answer' })}</Tag>
      </p>
    ) : null}
    <DefinitionList items={facts(proxy, lang)} />
    {proxy.why === null ? (
      <Post
        primary
        action="/me/family/act"
        hidden={{ person: proxy.personId }}
        about={t(lang, { ja: `${proxy.name}さんの代わりに見る`, en: `Act for ${proxy.name}` })}
        label={t(lang, { ja: 'この人の代わりに見る', en: 'Act for this person' })}
      />
    ) : null}
    {proxy.basis === 'family' ? (
      <Post
        action={`/me/family/${encodeURIComponent(proxy.id)}/end`}
        about={t(lang, { ja: `${proxy.name}さんの代理をやめる`, en: `Stop acting for ${proxy.name}` })}
        label={proxy.waiting ? t(lang, { ja: '申し出を取り下げる', en: 'Withdraw' }) : t(lang, { ja: '代理をやめる', en: 'Stop' })}
      />
    ) : null}
  </Card>
)

const inactive: Record<NonNullable<ProxyView['why']>, { ja: string; en: string }> = {
  'proxy-not-accepted': { ja: 'あなたの返事を待っています', en: 'Waiting for your answer' },
  'proxy-not-begun': { ja: 'まだ始まっていません', en: 'Not begun yet' },
  'proxy-ended': { ja: '終わりました', en: 'Ended' },
  'proxy-of-age': { ja: 'あなたが成年になったので終わりました', en: 'Ended: you are of age' },
  'proxy-blocked': { ja: '保護のため、見られません', en: 'Blocked by your protection' },
}

const Representing = ({ proxy, lang }: { proxy: ProxyView; lang: Lang }): ReactNode => (
  <Card title={<Ja>{proxy.name}</Ja>}>
    <p>
      {proxy.why === null ? (
        <Tag tone="success">{t(lang, { ja: 'いま見られます', en: 'May look now' })}</Tag>
      ) : (
        <Tag>{t(lang, inactive[proxy.why])}</Tag>
      )}
    </p>
    <DefinitionList items={facts(proxy, lang)} />
    {proxy.waiting ? (
      <ButtonRow>
        <LinkButton variant="primary" href={`/me/family/${encodeURIComponent(proxy.id)}/accept`}>
          {t(lang, { ja: '認めるかどうか決める…', en: 'Decide…' })}
        </LinkButton>
      </ButtonRow>
    ) : null}
    {proxy.basis === 'family' && !proxy.waiting ? (
      <Post
        action={`/me/family/${encodeURIComponent(proxy.id)}/end`}
        about={t(lang, { ja: `${proxy.name}さんに見せるのをやめる`, en: `Stop ${proxy.name} from looking` })}
        label={t(lang, { ja: '見せるのをやめる', en: 'Stop' })}
      />
    ) : null}
    {proxy.basis === 'family' ? null : (
      <p className="note">
        {t(lang, {
          ja: '法律や裁判所の決定によるものです。終わらせるには、書類を示して運用担当に届け出てください。',
          en: 'By law or by a court. To end it, please show the document to the operator.',
        })}
      </p>
    )}
  </Card>
)

const Proposal = ({ lang }: { lang: Lang }): ReactNode => (
  <Section
    title={t(lang, { ja: '家族の代わりに見たいとき', en: 'To act for a relative' })}
    lead={t(lang, {
      ja: '相手の同意が必要です。3つとも合っていれば、相手の画面に申し出が届きます。合っていたかどうかは、ここには出ません。',
      en: 'They must agree. If all three are right, your proposal appears on their page. Whether they were is not shown here.',
    })}
  >
    <Form action="/me/family/propose" label={t(lang, { ja: '申し出る', en: 'Propose' })}>
      <TextInput lang={lang} name="name" label={t(lang, { ja: '相手の氏名（フリガナでも）', en: 'Their name (kana or kanji)' })} required />
      <TextInput
        lang={lang}
        name="birthDate"
        label={t(lang, { ja: '相手の生年月日', en: 'Their date of birth' })}
        hint={t(lang, { ja: '例：1958-04-12、昭和33年4月12日', en: 'For example 1958-04-12' })}
        required
      />
      <TextInput
        lang={lang}
        name="memberId"
        label={t(lang, { ja: '相手の健康保険の記号・番号', en: 'Symbol and number of their health insurance' })}
        hint={t(lang, { ja: '例：12-3456', en: 'For example 12-3456' })}
        required
      />
      <Button>{t(lang, { ja: '申し出る', en: 'Propose' })}</Button>
    </Form>
  </Section>
)

const doneWords = {
  proposed: {
    ja: '申し出を受け付けました。相手が認めると、ここに出ます。',
    en: 'Your proposal was taken. It appears here once they agree.',
  },
  accepted: { ja: '代理を認めました。いつでもやめられます。', en: 'You agreed. You can stop it at any time.' },
  ended: { ja: '終わりました。次の画面から見られません。', en: 'Ended. From the next page on nothing is shown.' },
} as const

/** Who may look in my place, and in whose place may I look? */
export function familyPage(about: About, view: FamilyView): string {
  const { lang } = about
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: '家族と代理', en: 'Family and proxies' }),
    lead: t(lang, {
      ja: '子どもや家族の代わりに記録を見られる人の一覧です。代わりに見たことは、必ず本人の「誰が見たか」に残ります。',
      en: 'Who may look at a record in somebody’s place. Every such look stands in that person’s log.',
    }),
    top: view.done === null ? undefined : <Banner tone="success" lang={lang} title={t(lang, doneWords[view.done])} />,
    children: (
      <>
        <Section title={t(lang, { ja: 'あなたが代わりに見られる人', en: 'People you may act for' })}>
          {view.represents.length === 0 ? (
            <EmptyState lang={lang} title={t(lang, { ja: 'いません', en: 'Nobody' })}>
              <p>
                {t(lang, {
                  ja: '子どもや、成年後見の登録は、書類を窓口に示すと行われます。',
                  en: 'A child or a ward is registered when you show the document at the counter.',
                })}
              </p>
            </EmptyState>
          ) : (
            <Stack>
              {view.represents.map((proxy) => (
                <Represented key={proxy.id} proxy={proxy} lang={lang} />
              ))}
            </Stack>
          )}
        </Section>
        <Section title={t(lang, { ja: 'あなたの代わりに見られる人', en: 'People who may act for you' })}>
          {view.representedBy.length === 0 ? (
            <p>{t(lang, { ja: 'いません。', en: 'Nobody.' })}</p>
          ) : (
            <Stack>
              {view.representedBy.map((proxy) => (
                <Representing key={proxy.id} proxy={proxy} lang={lang} />
              ))}
            </Stack>
          )}
        </Section>
        <Proposal lang={lang} />
      </>
    ),
  })
}

/** What agreeing to a relative means, before it is done. */
export function acceptPage(about: About, proxy: ProxyView): string {
  const { lang } = about
  const path = `/me/family/${encodeURIComponent(proxy.id)}`
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: 'この人に見せますか', en: 'Let this person look?' }),
    breadcrumbs: [{ href: '/me/family', label: t(lang, { ja: '家族と代理', en: 'Family and proxies' }) }],
    children: (
      <>
        <p>
          <strong lang="ja">{proxy.name}</strong>
          {t(lang, { ja: 'さんが、あなたの代わりに見たいと申し出ています。', en: ' offers to act for you.' })}
        </p>
        <ul>
          <li>
            {t(lang, {
              ja: 'あなたの記録、誰が見たか、同意を、あなたと同じように見られるようになります。',
              en: 'They will see your record, your log and your consents as you do.',
            })}
          </li>
          <li>
            {mayDecide(proxy)
              ? t(lang, {
                  ja: '見せるか、見せないかも、あなたの代わりに決められるようになります。',
                  en: 'They will also decide for you what is shared.',
                })
              : t(lang, {
                  ja: '見せるか、見せないかを決めるのは、これまでどおり、あなただけです。',
                  en: 'What is shared stays for you alone to decide.',
                })}
          </li>
          <li>{t(lang, { ja: '見るたびに、あなたの「誰が見たか」に残ります。', en: 'Every look of theirs stands in your log.' })}</li>
          <li>{t(lang, { ja: 'いつでもやめられます。理由は要りません。', en: 'You can stop it at any time, without a reason.' })}</li>
        </ul>
        <ButtonRow>
          <Post
            primary
            action={`${path}/accept`}
            about={t(lang, { ja: '認める', en: 'Agree' })}
            label={t(lang, { ja: '認める', en: 'Agree' })}
          />
          <Post action={`${path}/end`} about={t(lang, { ja: '断る', en: 'Refuse' })} label={t(lang, { ja: '断る', en: 'Refuse' })} />
        </ButtonRow>
      </>
    ),
  })
}
