/** When somebody opened the person's record without waiting for their consent: who, why, and what the review found. */
import type { ReactNode } from 'react'
import { emergenciesAbout, REVIEW_HOURS, reasons, type TellableEmergency, whyHard, wordsOf } from '#care/emergency'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import type { Lang } from '#kernel/language'
import type { Row, RouteRequest } from '#kernel/route'
import { ButtonRow, DefinitionList, EmptyState, formatDateTime, formatTime, LinkButton, Section, Tag, t } from '#ui'
import { type About, citizenPage } from '../frame.tsx'
import { inReadersLanguage } from '../institution-names.ts'
import { noteOwn, toldTo } from '../self.ts'
import { kindWords, whoWords } from '../words.ts'

const LAW = '個人情報の保護に関する法律 第33条（第三者提供記録の開示。適用の範囲は要確認: 弁護士）'

type Deps = { person: PersonService; aboutOf: (ctx: Context, request: RouteRequest) => About }

function Outcome({ of, lang }: { of: TellableEmergency; lang: Lang }): ReactNode {
  if (of.outcome === 'justified')
    return <Tag tone="success">{t(lang, { ja: '正しかったと、2人が確かめました', en: 'Two people found it right' })}</Tag>
  if (of.outcome === 'unjustified')
    return <Tag tone="harm">{t(lang, { ja: '正しくなかったと、2人が認めました', en: 'Two people found it wrong' })}</Tag>
  return t(lang, {
    ja: `かかわりのない2人が、${formatDateTime(of.dueAt, 'ja')}までに確かめます`,
    en: `Two people who had no part in it will check by ${formatDateTime(of.dueAt, 'en')}`,
  })
}

function One({ of, lang }: { of: TellableEmergency; lang: Lang }): ReactNode {
  const who = whoWords({ actorKind: 'staff', actorName: of.staffName, actorRole: of.staffRole, isOwn: false }, lang)
  return (
    <Section title={formatDateTime(of.openedAt, lang)}>
      <DefinitionList
        items={[
          {
            term: t(lang, { ja: '開いた人', en: 'Opened by' }),
            value: `${who}${t(lang, { ja: `（${of.institutionName}）`, en: ` (${of.institutionName})` })}`,
          },
          ...(of.secondName === null ? [] : [{ term: t(lang, { ja: '同意した同僚', en: 'A colleague agreed' }), value: of.secondName }]),
          { term: t(lang, { ja: 'あなたの状態', en: 'How you were' }), value: t(lang, wordsOf(reasons, of.reason)) },
          {
            term: t(lang, { ja: '尋ねられなかったわけ', en: 'Why you could not be asked' }),
            value: of.because.map((one) => t(lang, wordsOf(whyHard, one))),
          },
          { term: t(lang, { ja: '終わり', en: 'Ended' }), value: formatTime(of.endedAt) },
          {
            term: t(lang, { ja: '見た情報', en: 'What was seen' }),
            value:
              of.kinds.length === 0
                ? t(lang, { ja: 'まだ何も見ていません', en: 'Nothing yet' })
                : of.kinds.map((kind) => kindWords(kind, lang)),
          },
          { term: t(lang, { ja: 'あとからの確認', en: 'The review' }), value: <Outcome of={of} lang={lang} /> },
        ]}
      />
    </Section>
  )
}

function page(about: About, found: readonly TellableEmergency[]): string {
  const { lang } = about
  return citizenPage(about, {
    here: '/me/access-log',
    title: t(lang, { ja: '同意を待たずに開かれたとき', en: 'When your record was opened without your consent' }),
    lead: t(lang, {
      ja: `意識がないなど、あなたに尋ねられないときに、命を守るために開かれた記録です。1件ずつ、かかわりのない2人が${REVIEW_HOURS}時間以内に確かめます。`,
      en: `To save your life while you could not be asked. Each is checked by two people who had no part in it, within ${REVIEW_HOURS} hours.`,
    }),
    breadcrumbs: [{ href: '/me/access-log', label: t(lang, { ja: '誰が見たか', en: 'Who looked' }) }],
    children: (
      <>
        {found.length === 0 ? (
          <EmptyState lang={lang} title={t(lang, { ja: 'まだありません', en: 'None so far' })}>
            <p>{t(lang, { ja: '開かれると、すぐお知らせし、ここに出ます。', en: 'You are told at once, and it appears here.' })}</p>
          </EmptyState>
        ) : (
          found.map((of) => <One key={of.id} of={of} lang={lang} />)
        )}
        <ButtonRow>
          <LinkButton href="/me/access-log">
            {t(lang, { ja: '誰が見たかへ。ここから質問できます', en: 'To who looked: ask a question from there' })}
          </LinkButton>
          <LinkButton href="/me/consents/closing" variant="quiet">
            {t(lang, { ja: '緊急のときも見せないものを決める', en: 'Choose what stays closed even then' })}
          </LinkButton>
        </ButtonRow>
      </>
    ),
  })
}

/** What happened for the sake of the person's life, and whether it was right. */
export const emergencyRows = ({ person, aboutOf }: Deps): Row[] => [
  {
    kind: 'read',
    method: 'GET',
    path: '/me/emergencies',
    who: ['citizen'],
    why: ['PATRQT'],
    law: LAW,
    audit: 'citizen.emergencies',
    summary: { ja: '同意を待たずに開かれた記録と、その審査の結果', en: 'Emergency accesses to one’s record, and what their review found' },
    handle: async (ctx, request) => {
      const found = await inReadersLanguage(ctx, person, await emergenciesAbout(ctx, toldTo(ctx)))
      noteOwn(ctx, { resource: 'Emergency?', count: found.length })
      return { json: { emergencies: found }, page: () => page(aboutOf(ctx, request), found) }
    },
  },
]
