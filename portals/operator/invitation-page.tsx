import type { StaffEntry } from '#care/person'
import { ButtonRow, DefinitionList, Ja, LinkButton, renderPage, Time, t } from '#ui'
import { OperatorPage, type PageOf } from './frame.tsx'
import { staffHref } from './staff-parts.tsx'

export type InvitationShown = { staff: StaffEntry; facility: string; link: string; code: string; qr: string; until: Date }

/** The invitation, on paper or read out: shown once, because only its hash is kept. */
export function invitationPage(on: PageOf, { staff, facility, link, code, qr, until }: InvitationShown): string {
  const { lang } = on
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={t(lang, { ja: '縁への招待状', en: 'Invitation to Enishi' })}
      lead={t(lang, {
        ja: 'この画面は一度だけ表示されます。印刷するか、その場で本人に読み取ってもらってください。',
        en: 'This page is shown once. Print it, or let the person scan it here and now.',
      })}
    >
      <DefinitionList
        items={[
          { term: t(lang, { ja: '招く人', en: 'For' }), value: <Ja>{`${staff.name}（${staff.loginName}）`}</Ja> },
          { term: t(lang, { ja: '施設', en: 'Facility' }), value: <Ja>{facility}</Ja> },
          { term: t(lang, { ja: '期限', en: 'Use it before' }), value: <Time value={until} lang={lang} withTime /> },
          {
            term: t(lang, { ja: 'リンク', en: 'Link' }),
            value: (
              <a className="code-inline" href={link}>
                {link}
              </a>
            ),
          },
          { term: t(lang, { ja: '招待コード', en: 'Code' }), value: <code className="code-inline">{code}</code> },
        ]}
      />
      <p>
        <img src={qr} width="240" height="240" alt={t(lang, { ja: 'リンクと同じQRコード', en: 'QR code of the same link' })} />
      </p>
      <p className="note">
        {t(lang, {
          ja: '受け取った人：自分の端末でQRコードを読み取り、画面に従ってサインインの方法を決めてください。ほかの人に渡さないでください。',
          en: 'Whoever receives this: scan the code with your own device and set up your way to sign in. Give it to nobody else.',
        })}
      </p>
      <ButtonRow>
        <LinkButton href={staffHref(staff.id)}>{t(lang, { ja: '職員のページへ', en: 'To the page of this person' })}</LinkButton>
      </ButtonRow>
    </OperatorPage>,
  )
}
