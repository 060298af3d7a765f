import type { ReactNode } from 'react'
import { certificateHash } from '#care/erasure'
import { Ja, Section, Time, t } from '#ui'
import { type About, citizenPage } from '../frame.tsx'
import { backupWords, count, PLACE, type Shown } from './page.tsx'

export function certificatePage(about: About, { id, body, certificate }: Shown['certificates'][number], nameOf: Shown['nameOf']): string {
  const { lang } = about
  const line = (institutionNumber: string, resources: number, more: ReactNode) => (
    <li key={institutionNumber}>
      <Ja>{nameOf(institutionNumber)}</Ja>
      {t(lang, { ja: '：', en: ': ' })}
      {count(resources, lang)}
      {more}
    </li>
  )
  const none = t(lang, { ja: 'ありません', en: 'Nothing' })
  return citizenPage(about, {
    here: '/me/profile',
    title: t(lang, { ja: '消去の証明書', en: 'Certificate of erasure' }),
    lead: <Time value={certificate.at} lang={lang} withTime />,
    breadcrumbs: [
      { href: '/me/profile', label: t(lang, { ja: '登録情報', en: 'You' }) },
      { href: PLACE, label: t(lang, { ja: '情報を消す・使わせない', en: 'Erase or stop using my data' }) },
    ],
    children: (
      <>
        <Section title={t(lang, { ja: '消したもの', en: 'What was erased' })}>
          {certificate.erased.length === 0 ? (
            <p>{none}</p>
          ) : (
            <ul>{certificate.erased.map(({ institutionNumber, resources }) => line(institutionNumber, resources, null))}</ul>
          )}
          {certificate.registration === 'erased' ? <p>{t(lang, { ja: 'あなたの登録', en: 'Your registration' })}</p> : null}
        </Section>
        <Section title={t(lang, { ja: '残っているものと、その期限', en: 'What is kept, and until when' })}>
          <ul>
            {certificate.kept.map(({ institutionNumber, resources, until, law }) =>
              line(
                institutionNumber,
                resources,
                <>
                  {t(lang, { ja: '、', en: ', until ' })}
                  <Time value={until} lang={lang} />
                  {t(lang, { ja: 'まで。', en: '. ' })}
                  <span lang="ja">{law}</span>
                </>,
              ),
            )}
            <li>
              {t(lang, {
                ja: `「だれが見たか」の記録：それぞれ${certificate.log.keptYears}年。`,
                en: `Who looked: each line for ${certificate.log.keptYears} years. `,
              })}
              <span lang="ja">{certificate.log.law}</span>
            </li>
          </ul>
        </Section>
        <Section title={t(lang, { ja: '控え（バックアップ）', en: 'Backups' })}>
          <p>{backupWords(certificate.backups, lang)}</p>
        </Section>
        <Section
          title={t(lang, { ja: 'この証明書を確かめる', en: 'Check this certificate' })}
          lead={t(lang, {
            ja: 'この値が「だれが見たか」の記録に残っているので、あとから別の証明書に差し替えることはできません。',
            en: 'This value stands in the log of who looked, so nobody can put another certificate in its place later.',
          })}
        >
          <p>
            <code>{certificateHash(body)}</code>
          </p>
          <p>
            <a href={`${PLACE}/certificates/${id}?format=json`}>{t(lang, { ja: 'ファイルで受け取る（JSON）', en: 'As a file (JSON)' })}</a>{' '}
            <a href="/me/access-log/proof">{t(lang, { ja: '記録の証明', en: 'Proof of the log' })}</a>
          </p>
        </Section>
      </>
    ),
  })
}
