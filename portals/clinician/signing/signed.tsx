import type { ReactNode } from 'react'
import { endReasons, type JudgedSignature } from '#care/signature'
import type { SigningRole } from '#kernel/signing'
import { Banner, Details, Ja, type Lang, LinkButton, Section, Tag, Time, t, type Words } from '#ui'

export const signingRoleNames: Record<SigningRole, Words> = {
  physician: { ja: '医師', en: 'physician' },
  dentist: { ja: '歯科医師', en: 'dentist' },
  pharmacist: { ja: '薬剤師', en: 'pharmacist' },
  nurse: { ja: '看護師', en: 'nurse' },
}

type Told = { tone: 'success' | 'attention' | 'harm'; tag: Words; says: Words }

/** What a reader is told about a signature, and what to do. */
const told: Record<JudgedSignature['verdict'], Told> = {
  stands: {
    tone: 'success',
    tag: { ja: '署名は正しい', en: 'Signature stands' },
    says: {
      ja: '文書は署名のときから変わっていません。証明書・失効・資格は、署名の時点で確かめています。',
      en: 'The document is as it was signed. Certificate, revocation and licence were checked at the moment of signing.',
    },
  },
  'earlier-version': {
    tone: 'attention',
    tag: { ja: '前の版への署名', en: 'Given to an earlier version' },
    says: {
      ja: 'この署名は前の版に付けられました。いま表示している版には、この人の署名がありません。',
      en: 'This signature was given to an earlier version. The version you see is not signed by this person.',
    },
  },
  'document-changed': {
    tone: 'harm',
    tag: { ja: '署名と合わない', en: 'Does not fit the document' },
    says: {
      ja: '保存されている文書が、署名された文書と違います。内容を信用せず、作成した医療機関に確かめてください。',
      en: 'The stored document is not the one that was signed. Do not rely on it; ask the institution that wrote it.',
    },
  },
  broken: {
    tone: 'harm',
    tag: { ja: '署名が正しくない', en: 'Signature is broken' },
    says: {
      ja: '署名と証明書が合いません。内容を信用せず、作成した医療機関に確かめてください。',
      en: 'Signature and certificate do not fit. Do not rely on it; ask the institution that wrote it.',
    },
  },
}

function One({ signature, lang }: { signature: JudgedSignature; lang: Lang }): ReactNode {
  const { tone, tag, says } = told[signature.verdict]
  const { endedLater } = signature
  return (
    <li>
      <p>
        <Tag tone={tone}>{t(lang, tag)}</Tag> <Ja>{signature.staffName}</Ja>
        {t(lang, { ja: `（${signingRoleNames[signature.role].ja}）`, en: `, ${signingRoleNames[signature.role].en}` })}
      </p>
      <p className="note">
        <Ja>{signature.institutionName}</Ja> <Time value={signature.signedAt} lang={lang} withTime />
      </p>
      {tone === 'harm' ? <Banner tone="attention" lang={lang} title={t(lang, says)} /> : <p>{t(lang, says)}</p>}
      {endedLater ? (
        <p className="note">
          {t(lang, {
            ja: 'この証明書は署名の後に使用を終えました（',
            en: 'The certificate was ended after the signing (',
          })}
          {t(lang, endReasons[endedLater.because])} <Time value={endedLater.at} lang={lang} withTime />
          {t(lang, { ja: '）。', en: ').' })}
        </p>
      ) : null}
      <Details summary={t(lang, { ja: '証明書', en: 'Certificate' })}>
        <p>
          {t(lang, { ja: '名義：', en: 'Name: ' })}
          {signature.signerName ?? '—'}
        </p>
        <p className="breakable">
          {t(lang, { ja: '番号：', en: 'Number: ' })}
          <span className="number">{signature.serial}</span>
        </p>
        <p>
          {t(lang, { ja: '有効期間：', en: 'Valid: ' })}
          <Time value={signature.notBefore} lang={lang} /> {t(lang, { ja: '〜', en: '–' })} <Time value={signature.notAfter} lang={lang} />
        </p>
      </Details>
    </li>
  )
}

/** Who signed a document, judged at this moment; and the way to sign it for who may. */
export function Signatures(props: { signatures: readonly JudgedSignature[]; signHref: string | null; lang: Lang }): ReactNode {
  const { signatures, signHref, lang } = props
  return (
    <Section title={t(lang, { ja: '電子署名', en: 'Electronic signature' })}>
      {signatures.length === 0 ? (
        <p>{t(lang, { ja: 'この文書に電子署名はありません。', en: 'This document bears no electronic signature.' })}</p>
      ) : null}
      {signatures.length === 0 ? null : (
        <ul>
          {signatures.map((one) => (
            <One key={one.id} signature={one} lang={lang} />
          ))}
        </ul>
      )}
      {signHref === null ? null : (
        <p>
          <LinkButton href={signHref}>{t(lang, { ja: 'この文書に署名する', en: 'Sign this document' })}</LinkButton>
        </p>
      )}
    </Section>
  )
}
