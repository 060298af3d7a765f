import { AccessLine, AccessList } from '../components/access-line.tsx'
import { Banner, DefinitionList, Section, Stack } from '../components/content.tsx'
import { ClosedDoor, ConsentBar, ProvenanceChip, Tag, UninformedMark } from '../components/signs.tsx'
import type { Lang } from '../messages.ts'
import { kindName, t } from '../messages.ts'
import { LONGEST } from './data.ts'
import type { ReactNode } from 'react'

type Part = { lang: Lang }

export function Banners({ lang }: Part): ReactNode {
  return (
    <Section title={t(lang, { ja: '知らせる', en: 'Telling' })}>
      <Banner
        tone="harm"
        lang={lang}
        label={t(lang, { ja: 'アレルギー', en: 'Allergy' })}
        title={t(lang, { ja: 'ペニシリン系抗生物質：アナフィラキシー', en: 'Penicillins: anaphylaxis' })}
      >
        <ProvenanceChip lang={lang} institution="縁中央病院" on="2024-03-11" />
      </Banner>
      <Banner
        tone="attention"
        lang={lang}
        title={t(lang, { ja: '縁中央病院から応答がありません', en: 'Enishi Central Hospital does not answer' })}
      >
        <p>
          {t(lang, {
            ja: '9時40分までの記録を表示しています。5分後にもう一度開いてください。',
            en: 'Shown as of 9:40. Please open this page again in five minutes.',
          })}
        </p>
      </Banner>
      <Banner
        tone="success"
        lang={lang}
        title={t(lang, {
          ja: '同意を取り消しました。次に開いたときから、この医療機関には見えません。',
          en: 'Consent withdrawn. From now on this clinic sees nothing.',
        })}
      />
      <Banner tone="info" lang={lang} title={t(lang, { ja: '新しい検査結果が2件あります', en: 'Two new test results' })} />
    </Section>
  )
}

export function Signs({ lang }: Part): ReactNode {
  const look = {
    lang,
    institution: 'B診療所',
    who: t(lang, { ja: '山田医師', en: 'Dr Yamada' }),
    purpose: t(lang, { ja: '診療', en: 'treatment' }),
    what: [kindName['test-result'][lang]],
  }
  return (
    <Section title={t(lang, { ja: '共通のしるし', en: 'Signs' })}>
      <Stack>
        <ProvenanceChip
          lang={lang}
          institution={LONGEST.institution}
          on="2026-11-18"
          audience={t(lang, { ja: '本人と、同意のある医療機関', en: 'the person, and institutions with consent' })}
        />
        <p>
          <UninformedMark lang={lang} /> <Tag>{t(lang, { ja: '下書き', en: 'Draft' })}</Tag>{' '}
          <Tag tone="accent">{t(lang, { ja: '新着', en: 'New' })}</Tag>{' '}
          <Tag tone="attention">{t(lang, { ja: '確認待ち', en: 'Waiting' })}</Tag>{' '}
          <Tag tone="success">{t(lang, { ja: '資格あり', en: 'Covered' })}</Tag>{' '}
          <Tag tone="harm">{t(lang, { ja: '禁忌', en: 'Contraindicated' })}</Tag>
        </p>
        <ClosedDoor
          lang={lang}
          what="prescription"
          reason={t(lang, {
            ja: '本人が11月20日に、この種類の情報を見せないことを選びました。',
            en: 'On 20 November the person chose not to show this kind.',
          })}
          howToAsk={<a href="#ask">{t(lang, { ja: 'カードリーダーで同意を依頼する', en: 'Ask for consent at the card reader' })}</a>}
        />
        <AccessList>
          <AccessLine
            {...look}
            at="2026-11-20T14:03:00+09:00"
            proofHref="#proof"
            concernHref="#wrong"
            details={
              <DefinitionList
                items={[
                  {
                    term: t(lang, { ja: '根拠', en: 'Rule' }),
                    value: t(lang, { ja: '本人の同意（カードリーダー、24時間）', en: 'The person’s consent at the reader, 24 hours' }),
                  },
                ]}
              />
            }
          />
          <AccessLine
            {...look}
            institution={LONGEST.institution}
            who={lang === 'ja' ? LONGEST.doctor : 'Dr Chosokabe'}
            what={Object.values(kindName)
              .slice(0, 5)
              .map((name) => name[lang])}
            at="2026-11-19T23:59:00+09:00"
          />
          <AccessLine {...look} action="refused" at="2026-11-01T08:30:00+09:00" concernHref="#wrong" />
        </AccessList>
      </Stack>
    </Section>
  )
}

export function Consents({ lang }: Part): ReactNode {
  const why = t(lang, { ja: '本人が受付のカードリーダーで同意（診療のため）', en: 'Agreed at the card reader, for treatment' })
  const reason = t(lang, { ja: '本人が見せないことを選びました', en: 'the person chose not to show it' })
  return (
    <>
      <ConsentBar
        lang={lang}
        state="open"
        open={['diagnosis', 'drug-allergy', 'other-allergy', 'test-result', 'infection', 'prescription']}
        until="2026-11-23T09:12:00+09:00"
        why={why}
      />
      <ConsentBar
        lang={lang}
        state="partial"
        open={['drug-allergy', 'test-result']}
        closed={[
          { kind: 'infection', reason },
          { kind: 'letter', reason },
        ]}
        until="2026-11-23T09:12:00+09:00"
        why={why}
      />
      <ConsentBar
        lang={lang}
        state="none"
        open={[]}
        why={t(lang, { ja: '同意は11月21日に取り消されました', en: 'It was withdrawn on 21 November' })}
        action={<a href="#ask">{t(lang, { ja: 'カードリーダーで依頼する', en: 'Ask at the card reader' })}</a>}
      />
      <ConsentBar
        lang={lang}
        state="emergency"
        open={['drug-allergy']}
        until="2026-11-22T23:00:00+09:00"
        why={t(lang, {
          ja: '意識がなく、同意を求められないため。あとで本人に知らせます。',
          en: 'Unconscious and cannot be asked. The person will be told.',
        })}
      />
    </>
  )
}
