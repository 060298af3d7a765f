import type { ReactNode } from 'react'
import type { Person } from '#care/person'
import type { Lang } from '#kernel/language'
import { Card, DefinitionList, formatDate, Grid, LinkButton, Section, Table, Time, t, wareki } from '#ui'
import { type About, citizenPage } from './frame.tsx'

const sexes: Record<Person['sex'], { ja: string; en: string }> = {
  male: { ja: '男性', en: 'Male' },
  female: { ja: '女性', en: 'Female' },
  other: { ja: 'その他', en: 'Other' },
  unknown: { ja: '登録なし', en: 'Not registered' },
}

export type ProfileView = { person: Person; memberIds: readonly { asSent: string; since: Date }[] }

function Registered({ person, lang }: { person: Person; lang: Lang }): ReactNode {
  const none = t(lang, { ja: '登録なし', en: 'Not registered' })
  return (
    <DefinitionList
      items={[
        { term: t(lang, { ja: '氏名', en: 'Name' }), value: <span lang="ja">{person.name}</span> },
        { term: t(lang, { ja: 'フリガナ', en: 'In kana' }), value: <span lang="ja">{person.nameKana || none}</span> },
        {
          term: t(lang, { ja: '生年月日', en: 'Date of birth' }),
          value:
            person.birthDate === ''
              ? none
              : `${formatDate(person.birthDate, lang)}${lang === 'ja' ? `（${wareki(person.birthDate, 'day') ?? ''}）` : ''}`,
        },
        { term: t(lang, { ja: '性別', en: 'Sex' }), value: t(lang, sexes[person.sex]) },
        {
          term: t(lang, { ja: '住所', en: 'Address' }),
          value: <span lang="ja">{[person.postalCode && `〒${person.postalCode}`, person.address].filter(Boolean).join(' ') || none}</span>,
        },
        { term: t(lang, { ja: '電話', en: 'Phone' }), value: person.phone || none },
      ]}
    />
  )
}

const MemberIds = ({ memberIds, lang }: Pick<ProfileView, 'memberIds'> & { lang: Lang }): ReactNode => (
  <Table
    lang={lang}
    caption={t(lang, { ja: '被保険者の番号', en: 'Member IDs' })}
    captionHidden
    rows={memberIds}
    rowKey={(row) => row.asSent}
    columns={[
      { key: 'id', header: t(lang, { ja: '番号', en: 'Number' }), cell: (row) => <span className="number">{row.asSent}</span> },
      {
        key: 'since',
        header: t(lang, { ja: '登録した日', en: 'Registered' }),
        cell: (row) => <Time value={row.since} lang={lang} />,
      },
    ]}
  />
)

const places = [
  {
    href: '/me/security',
    title: { ja: 'サインインの安全', en: 'Sign-in and security' },
    text: { ja: 'パスキー、サインイン中の端末、最近の変更', en: 'Passkeys, signed-in devices, what changed lately' },
  },
  {
    href: '/me/apps',
    title: { ja: 'つないだアプリ', en: 'Connected apps' },
    text: { ja: '記録を見せているアプリと、その取り消し', en: 'Apps that see your records, and how to end that' },
  },
  {
    href: '/me/notices/settings',
    title: { ja: 'お知らせの受け取り方', en: 'How you are told' },
    text: { ja: 'この端末やメールに知らせるか、いつ知らせるか', en: 'On this device or by mail, and when' },
  },
  {
    href: '/me/family',
    title: { ja: '家族と代理', en: 'Family and proxies' },
    text: { ja: 'あなたが代わりに見る人、あなたの代わりに見る人', en: 'Whom you look after, and who looks after you' },
  },
  {
    href: '/me/erasure',
    title: { ja: '情報を消す・使わせない', en: 'Erase or stop using my data' },
    text: { ja: '何を消せるか、いつ消えるか、申し出と証明書', en: 'What can go and when; asking for it; certificates' },
  },
] as const

/** What the register holds about the person. */
export function profilePage(about: About, { person, memberIds }: ProfileView): string {
  const { lang } = about
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: '登録情報', en: 'About you' }),
    lead: t(lang, {
      ja: '保険者から届いた、あなたについての登録です。違うところがあれば、加入している保険者に知らせてください。',
      en: 'What your insurer registered about you. If something is wrong, please tell your insurer.',
    }),
    children: (
      <>
        <Registered person={person} lang={lang} />
        <Section
          title={t(lang, { ja: '被保険者の番号', en: 'Member IDs' })}
          lead={t(lang, {
            ja: '保険が変わっても、前の番号の記録はあなたにつながったままです。',
            en: 'When your insurance changes, records under an earlier number stay yours.',
          })}
        >
          <MemberIds memberIds={memberIds} lang={lang} />
        </Section>
        <Section title={t(lang, { ja: '設定', en: 'Settings' })}>
          <Grid>
            {places.map((place) => (
              <Card key={place.href} title={place.title[lang]} href={place.href}>
                <p>{place.text[lang]}</p>
              </Card>
            ))}
          </Grid>
        </Section>
        <Section title={t(lang, { ja: '画面の言語', en: 'Language' })}>
          <p>
            {lang === 'ja' ? (
              <LinkButton href="/me/profile?lang=en">
                <span lang="en">Read in English</span>
              </LinkButton>
            ) : (
              <LinkButton href="/me/profile?lang=ja">
                <span lang="ja">日本語で読む</span>
              </LinkButton>
            )}
          </p>
        </Section>
      </>
    ),
  })
}
