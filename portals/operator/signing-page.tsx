import type { ReactNode } from 'react'
import type { StaffEntry } from '#care/person'
import { certificateState, type CertificateState, type EndReason, endReasons, type StaffCertificate } from '#care/signature'
import {
  Button,
  ButtonRow,
  Details,
  EmptyState,
  ErrorSummary,
  Form,
  Ja,
  type Lang,
  renderPage,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  Time,
  t,
} from '#ui'
import { DropParts } from './drop-parts.tsx'
import { controls, type Draft } from './form.tsx'
import { OperatorPage, type PageOf } from './frame.tsx'
import { staffCrumbs, staffHref } from './staff-parts.tsx'
import { roleNames } from './words.ts'

export type SigningShown = { staff: StaffEntry; certificates: readonly StaffCertificate[]; mayChange: boolean; draft: Draft }

const stateWords: Record<CertificateState, { ja: string; en: string }> = {
  live: { ja: '使えます', en: 'In use' },
  later: { ja: 'これから', en: 'Not yet' },
  over: { ja: '期限切れ', en: 'Expired' },
  ended: { ja: '終了', en: 'Ended' },
}

export function signingPage(on: PageOf, shown: SigningShown): string {
  const { lang } = on
  const { staff, draft } = shown
  const [first] = staff.assignments
  const name = (lang === 'en' && staff.nameEn) || staff.name
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/facilities"
      title={t(lang, { ja: '署名用の証明書', en: 'Certificates for signing' })}
      hasErrors={draft.errors.length > 0}
      islands={['drop']}
      breadcrumbs={[
        ...staffCrumbs(lang, first && { number: first.institutionNumber, name: first.institutionName }),
        { href: staffHref(staff.id), label: <Ja>{name}</Ja> },
      ]}
      lead={t(lang, {
        ja: '文書に電子署名するときに使う証明書（HPKI）です。署名のたびに、証明書・失効・資格を確かめます。',
        en: 'The certificates (HPKI) by which this person signs documents. Each signing checks certificate, revocation and licence.',
      })}
    >
      <ErrorSummary lang={lang} errors={draft.errors} />
      <Certificates on={on} shown={shown} />
      {shown.mayChange ? <EnterForm on={on} shown={shown} /> : null}
    </OperatorPage>,
  )
}

type Part = { on: PageOf; shown: SigningShown }

function Certificates({ on, shown }: Part): ReactNode {
  const { lang, now } = on
  const title = t(lang, { ja: '登録した証明書', en: 'Registered certificates' })
  return (
    <Section title={title}>
      <Table<StaffCertificate>
        lang={lang}
        caption={title}
        captionHidden
        rows={shown.certificates}
        rowKey={(row) => row.id}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '署名用の証明書はありません', en: 'No certificate for signing' })} />}
        columns={[
          {
            key: 'roles',
            header: t(lang, { ja: '資格', en: 'Licence' }),
            cell: (row) => row.roles.map((role) => t(lang, roleNames[role])).join(lang === 'ja' ? '・' : ', '),
          },
          { key: 'name', header: t(lang, { ja: '名義', en: 'Name' }), cell: (row) => row.name ?? '—' },
          { key: 'issuer', header: t(lang, { ja: '発行者', en: 'Issuer' }), cell: (row) => row.issuerName ?? '—' },
          {
            key: 'serial',
            header: t(lang, { ja: '番号', en: 'Number' }),
            cell: (row) => <span className="number breakable">{row.serial}</span>,
          },
          {
            key: 'days',
            header: t(lang, { ja: '有効期間', en: 'Valid' }),
            cell: (row) => (
              <>
                <Time value={row.notBefore} lang={lang} /> {t(lang, { ja: '〜', en: '–' })}{' '}
                <Time value={row.until ?? row.notAfter} lang={lang} />
              </>
            ),
          },
          { key: 'key', header: t(lang, { ja: '鍵の名前', en: 'Key' }), cell: (row) => row.keyRef },
          { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (row) => <State row={row} lang={lang} now={now} /> },
        ]}
      />
      {shown.mayChange ? <End on={on} shown={shown} /> : null}
    </Section>
  )
}

function State({ row, lang, now }: { row: StaffCertificate; lang: Lang; now: Date }): ReactNode {
  const state = certificateState(row, now)
  return (
    <>
      <Tag tone={state === 'live' ? 'success' : undefined}>{t(lang, stateWords[state])}</Tag>
      {row.endedAt === null ? null : (
        <span className="note">
          {' '}
          <Time value={row.endedAt} lang={lang} withTime /> {row.endedBecause ? t(lang, endReasons[row.endedBecause]) : ''}
        </span>
      )}
    </>
  )
}

function End({ on, shown }: Part): ReactNode {
  const { lang } = on
  const open = shown.certificates.filter((one) => one.endedAt === null)
  if (open.length === 0) return null
  const summary = t(lang, { ja: '証明書の使用を終了する', en: 'End a certificate' })
  return (
    <Details summary={summary}>
      <Form action={staffHref(shown.staff.id, '/signing/end')} label={summary}>
        <Select
          lang={lang}
          name="which"
          label={t(lang, { ja: '終了する証明書', en: 'Which certificate' })}
          options={open.map(({ id, name, serial }) => ({ value: id, label: `${name ?? ''} ${serial}`.trim() }))}
          required
        />
        <Select
          lang={lang}
          name="because"
          label={t(lang, { ja: '理由', en: 'Why' })}
          options={(Object.keys(endReasons) as EndReason[]).map((value) => ({ value, label: t(lang, endReasons[value]) }))}
          required
        />
        <ButtonRow>
          <Button variant="danger">{t(lang, { ja: 'すぐに終了する', en: 'End now' })}</Button>
        </ButtonRow>
      </Form>
    </Details>
  )
}

function EnterForm({ on, shown }: Part): ReactNode {
  const { lang } = on
  const { staff, draft } = shown
  const { input } = controls({ lang, draft })
  const title = t(lang, { ja: '証明書を登録する', en: 'Register a certificate' })
  return (
    <Section
      title={title}
      lead={t(lang, {
        ja: '発行者、署名用の種類、期限、失効、資格を確かめてから登録します。秘密鍵や暗証番号は入れないでください。',
        en: 'Issuer, kind, dates, revocation and licence are checked before it is registered. Never enter a private key or PIN.',
      })}
    >
      <Form action={staffHref(staff.id, '/signing')} label={title}>
        <div data-drop="" data-drop-bytes="">
          <TextInput
            lang={lang}
            name="certificate"
            label={t(lang, { ja: '署名用の証明書', en: 'The certificate' })}
            hint={t(lang, {
              ja: 'PEM の文字（-----BEGIN CERTIFICATE----- から）、または DER ファイル。',
              en: 'PEM text (from -----BEGIN CERTIFICATE-----), or a DER file.',
            })}
            error={draft.errors.find((e) => e.name === 'certificate')?.message}
            value={draft.values.certificate ?? ''}
            rows={6}
            maxLength={20_000}
            required
            autoComplete="off"
          />
          <DropParts lang={lang} accept=".pem,.cer,.crt,.der" />
        </div>
        {input(
          'keyRef',
          { ja: '鍵の名前', en: 'Name of the key' },
          {
            hint: t(lang, {
              ja: '署名装置の設定（signing-keys.json）に書いた名前。半角英数字。',
              en: 'As in the configuration of card or HSM (signing-keys.json).',
            }),
            width: 'medium',
            maxLength: 60,
            required: true,
            autoComplete: 'off',
          },
        )}
        {input(
          'until',
          { ja: '使わせる最後の日（決まっているとき）', en: 'Last day of use, if there is one' },
          { type: 'date', width: 'medium' },
        )}
        <ButtonRow>
          <Button variant="primary">{t(lang, { ja: '確かめて登録する', en: 'Check and register' })}</Button>
        </ButtonRow>
      </Form>
    </Section>
  )
}
