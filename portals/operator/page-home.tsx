import { Fragment, type ReactNode } from 'react'
import { type LicenceKind, type StaffEntry, WARN_DAYS } from '#care/person'
import { refusalRow } from '#kernel/refusal'
import type { RefusalCode } from '#kernel/refusal'
import { refusals } from '#kernel/refusals'
import { Banner, EmptyState, Ja, type Lang, renderPage, Section, Table, Time, t } from '#ui'
import type { SecurityCount } from '#kernel/security-counts'
import { appHref } from './app-pages.tsx'
import { Attempts } from './attempts-section.tsx'
import { clientHref } from './client-parts.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { staffHref } from './staff-parts.tsx'
import type { RefusalCount } from './store.ts'
import { licenceNames } from './words.ts'

export type Worries = {
  /** People set aside, whom somebody must look at; null for who keeps one facility only. */
  doubts: number | null
  keys: readonly { clientId: string; name: string; isApp: boolean; form: 'jwk' | 'certificate'; kid: string; validUntil: Date }[]
  licences: readonly { id: string; name: string; kind: LicenceKind; until: string }[]
  locked: readonly StaffEntry[]
  invited: readonly { staff: StaffEntry; until: Date }[]
  refused: readonly RefusalCount[]
  /** Null for who keeps one facility only. */
  attempts: readonly SecurityCount[] | null
}

const isRefusal = (code: string): code is RefusalCode => Object.hasOwn(refusals, code)
/** A refusal as its sentence says it, without what its blanks held. */
function refusalWords(code: string, lang: Lang): string {
  if (!isRefusal(code)) return code
  const words = refusalRow(code)[lang].replace(/[（(]?\{[a-zA-Z]+\}[）)]?/g, '…')
  return words === '…' ? t(lang, { ja: 'わけは、断ったときに画面で伝えました。', en: 'Why was said on the spot.' }) : words
}

/** A code that breaks after its stops, not inside a word. */
const Code = ({ text }: { text: string }): ReactNode => (
  <code className="code-inline">
    {text.split(/(?<=[.-])/).map((part) => (
      <Fragment key={part}>
        {part}
        <wbr />
      </Fragment>
    ))}
  </code>
)

/** Is anything wrong? What needs a hand stands first, in sentences; figures after it. */
export function homePage(on: PageOf, worries: Worries): string {
  const { lang } = on
  const calm = (worries.doubts ?? 0) === 0 && worries.keys.length === 0 && worries.licences.length === 0 && worries.locked.length === 0
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator"
      title={t(lang, { ja: '困ったことは起きていませんか', en: 'Is anything wrong?' })}
      lead={
        calm
          ? t(lang, { ja: 'いま手を打つべきことはありません。', en: 'Nothing needs your hand now.' })
          : t(lang, { ja: '手を打つべきことがあります。上から順に見てください。', en: 'Something needs your hand. Go from the top.' })
      }
    >
      <Urgent on={on} worries={worries} />
      <Endings lang={lang} worries={worries} />
      <Invited lang={lang} worries={worries} />
      <Refused lang={lang} refused={worries.refused} />
      {worries.attempts === null ? null : <Attempts lang={lang} attempts={worries.attempts} />}
    </OperatorPage>,
  )
}

function Urgent({ on, worries }: { on: PageOf; worries: Worries }): ReactNode {
  const { lang, now } = on
  const over = worries.keys.filter((k) => k.validUntil <= now).length
  return (
    <>
      {worries.doubts ? (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, {
            ja: `本人と特定できない提出が${worries.doubts}件あります`,
            en: `${worries.doubts} submissions could not be matched to a person`,
          })}
        >
          <p>
            <a href="/operator/people">{t(lang, { ja: '確認する', en: 'Look at them' })}</a>
          </p>
        </Banner>
      ) : null}
      {over > 0 ? (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, { ja: `期限の切れた鍵・証明書が${over}件あります`, en: `${over} keys or certificates have ended` })}
        />
      ) : null}
      {worries.locked.length > 0 ? (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, {
            ja: `サインインできなくなっている職員が${worries.locked.length}人います`,
            en: `${worries.locked.length} members of staff are locked out`,
          })}
        >
          <ul>
            {worries.locked.map((s) => (
              <li key={s.id}>
                <a href={staffHref(s.id)}>
                  <Ja>{s.name}</Ja>
                </a>
              </li>
            ))}
          </ul>
        </Banner>
      ) : null}
    </>
  )
}

function Endings({ lang, worries }: { lang: Lang; worries: Worries }): ReactNode {
  const rows = [
    ...worries.keys.map((k) => ({
      key: `${k.clientId} ${k.kid}`,
      href: k.isApp ? appHref(k.clientId) : clientHref(k.clientId),
      name: k.name,
      what: k.form === 'jwk' ? t(lang, { ja: '公開鍵', en: 'Public key' }) : t(lang, { ja: '証明書', en: 'Certificate' }),
      until: k.validUntil as Date | string,
    })),
    ...worries.licences.map((l) => ({
      key: `${l.id} ${l.kind}`,
      href: staffHref(l.id),
      name: l.name,
      what: t(lang, licenceNames[l.kind]),
      until: l.until as Date | string,
    })),
  ]
  return (
    <Section title={t(lang, { ja: `${WARN_DAYS}日以内に終わるもの`, en: `Ending within ${WARN_DAYS} days` })}>
      <Table
        lang={lang}
        caption={t(lang, { ja: 'まもなく終わる鍵・証明書・免許', en: 'Keys, certificates and licences that end soon' })}
        captionHidden
        rows={rows}
        rowKey={(row) => row.key}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'ありません', en: 'None' })} />}
        columns={[
          {
            key: 'name',
            header: t(lang, { ja: 'システム・職員', en: 'System or person' }),
            cell: (row) => (
              <a href={row.href}>
                <Ja>{row.name}</Ja>
              </a>
            ),
          },
          { key: 'what', header: t(lang, { ja: '何が', en: 'What' }), cell: (row) => row.what },
          { key: 'until', header: t(lang, { ja: '期限', en: 'Ends' }), cell: (row) => <Time value={row.until} lang={lang} /> },
        ]}
      />
    </Section>
  )
}

function Invited({ lang, worries }: { lang: Lang; worries: Worries }): ReactNode {
  if (worries.invited.length === 0) return null
  return (
    <Section title={t(lang, { ja: '招待したが、まだサインインの方法を決めていない職員', en: 'Invited, and not set up yet' })}>
      <ul>
        {worries.invited.map(({ staff, until }) => (
          <li key={staff.id}>
            <a href={staffHref(staff.id)}>
              <Ja>{staff.name}</Ja>
            </a>{' '}
            <span className="note">
              {t(lang, { ja: '期限：', en: 'ends ' })}
              <Time value={until} lang={lang} withTime />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Refused({ lang, refused }: { lang: Lang; refused: readonly RefusalCount[] }): ReactNode {
  return (
    <Section
      title={t(lang, { ja: 'この24時間に断ったこと', en: 'Refused within the last 24 hours' })}
      lead={t(lang, {
        ja: '急に増えたものは、設定の誤りか、誰かの試みかもしれません。',
        en: 'What grows suddenly may be a wrong setting, or somebody’s attempt.',
      })}
    >
      <Table
        lang={lang}
        caption={t(lang, { ja: '断った件数', en: 'Refusals' })}
        captionHidden
        rows={refused}
        rowKey={(row) => `${row.code} ${row.action}`}
        empty={<EmptyState lang={lang} title={t(lang, { ja: 'ありません', en: 'None' })} />}
        columns={[
          { key: 'why', header: t(lang, { ja: '理由', en: 'Why' }), cell: (row) => refusalWords(row.code, lang) },
          { key: 'act', header: t(lang, { ja: '操作', en: 'Act' }), cell: (row) => <Code text={row.action} /> },
          { key: 'code', header: t(lang, { ja: '記号', en: 'Code' }), cell: (row) => <Code text={row.code} /> },
          { key: 'count', header: t(lang, { ja: '件数', en: 'Count' }), cell: (row) => row.count, numeric: true },
          { key: 'last', header: t(lang, { ja: '最後', en: 'Last' }), cell: (row) => <Time value={row.last} lang={lang} withTime /> },
        ]}
      />
    </Section>
  )
}
