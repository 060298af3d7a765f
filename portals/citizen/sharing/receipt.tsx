/** The receipt of one disclosure: by which rule and consent, under which words, for what purpose. */
import type { ReactNode } from 'react'
import { type Consent, type RegisteredBasis, statuteOf, textOfVersion } from '#care/consent'
import { type AuditedAct, findActs } from '#kernel/audit-read'
import type { Context } from '#kernel/context'
import type { Lang } from '#kernel/language'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { AccessList, ButtonRow, DefinitionList, formatDateTime, Ja, LinkButton, Section, Stack, t } from '#ui'
import { Act } from '../access-log.tsx'
import { type About, citizenPage } from '../frame.tsx'
import { inReadersLanguage } from '../institution-names.ts'
import type { CitizenDeps } from '../routes.tsx'
import { aboutOf, citizenOf, noteOwn, whose } from '../self.ts'
import { kindWords, purposeWords, ruleWords } from '../words.ts'
import { kindsIn, untilWords } from './words.ts'

export const RECEIPT_FORMAT = 'enishi-receipt/1'
const LAW = '個人情報の保護に関する法律 第29条、第33条（提供の記録の開示。適用の範囲は要確認: 弁護士）'

/** One act with what it rested on. */
type Receipt = { act: AuditedAct; consents: Consent[]; bases: RegisteredBasis[] }

async function receiptsOf(ctx: Context, deps: CitizenDeps, requestId: string): Promise<Receipt[]> {
  const { keys } = citizenOf(ctx)
  const { acts } = await findActs(ctx.db, { ...(await whose(ctx, deps)), by: 'all', requestId, limit: 20, offset: 0 })
  if (acts.length === 0) return refuse('not-found')
  const known = await deps.consent.legalBases.list(ctx)
  const receipts: Receipt[] = []
  for (const act of await inReadersLanguage(ctx, deps.person, acts)) {
    const consents = await Promise.all(act.consentIds.map((id) => deps.consent.find(ctx, keys, id)))
    receipts.push({
      act,
      consents: await inReadersLanguage(
        ctx,
        deps.person,
        consents.filter((one) => one !== undefined),
      ),
      bases: await inReadersLanguage(
        ctx,
        deps.person,
        known.filter((one) => act.consentIds.includes(one.id)),
      ),
    })
  }
  return receipts
}

const receiptJson = ({ act, consents, bases }: Receipt) => ({
  at: act.at.toISOString(),
  action: act.action,
  outcome: act.outcome,
  actor: { kind: act.actorKind, name: act.actorName, role: act.actorRole },
  institution: { number: act.institutionNumber, name: act.institutionName },
  purpose: act.purpose,
  kinds: act.kinds,
  count: act.count,
  rules: act.rules.map((id) => ({ id, because: { ja: ruleWords(id, 'ja'), en: ruleWords(id, 'en') } })),
  restsOn: act.consentIds,
  consents: consents.map((one) => ({
    id: one.id,
    basis: one.basis,
    givenAt: one.givenAt.toISOString(),
    until: one.until.toISOString(),
    textVersion: one.textVersion,
    text: textOfVersion(one.textVersion)?.text ?? null,
  })),
  legalBases: bases.map((one) => ({ id: one.id, law: statuteOf(one.statute)?.citation ?? one.statute, decidedBy: one.decidedBy })),
  law: act.law,
})

/** '許された理由：あなたが11月20日にB診療所で同意したため（文の版 visit/1）。目的：診療。' */
function allowedWords({ act, consents, bases }: Receipt, lang: Lang): string[] {
  if (act.outcome !== 'success') return [t(lang, { ja: '断られ、何も見えていません。', en: 'It was refused; nothing was shown.' })]
  const purpose = t(lang, { ja: `目的：${purposeWords(act.purpose, lang)}。`, en: `Purpose: ${purposeWords(act.purpose, lang)}.` })
  if (act.isOwn) return [t(lang, { ja: 'あなた自身の操作です。', en: 'You did this yourself.' })]
  const byConsent = consents.map((one) => {
    const at = formatDateTime(one.givenAt, lang)
    const [where, whereEn] =
      one.basis === 'visit' || one.textVersion.startsWith('standing-reader/')
        ? [`${one.institutionName}の受付`, `the desk of ${one.institutionName}`]
        : ['縁の画面', 'your own pages']
    return t(lang, {
      ja: `許された理由：あなたが${at}に${where}で同意したため（文の版 ${one.textVersion}）。${purpose}`,
      en: `Allowed by: you agreed on ${at} at ${whereEn} (text version ${one.textVersion}). ${purpose}`,
    })
  })
  const byLaw = bases.map((one) => {
    const law = statuteOf(one.statute)?.citation ?? one.statute
    return t(lang, {
      ja: `許された理由：${law}。決めた人：${one.decidedBy}。${purpose}`,
      en: `Allowed by law: ${law}. Decided by ${one.decidedBy}. ${purpose}`,
    })
  })
  const others = act.rules
    .filter((rule) => !(consents.length > 0 && rule === 'visit-consent') && !(bases.length > 0 && rule === 'legal-basis'))
    .map((rule) =>
      t(lang, { ja: `許された理由：${ruleWords(rule, 'ja')}。${purpose}`, en: `Allowed because ${ruleWords(rule, 'en')}. ${purpose}` }),
    )
  return [...byConsent, ...byLaw, ...others]
}

function One({ receipt, lang }: { receipt: Receipt; lang: Lang }): ReactNode {
  const { act, consents } = receipt
  return (
    <Section title={formatDateTime(act.at, lang)}>
      <Stack>
        <AccessList>
          <Act act={act} lang={lang} plain />
        </AccessList>
        <div>
          {allowedWords(receipt, lang).map((said) => (
            <p key={said}>
              <strong>{said}</strong>
            </p>
          ))}
        </div>
        <DefinitionList
          items={[
            ...(act.kinds.length > 0
              ? [{ term: t(lang, { ja: '情報', en: 'Information' }), value: act.kinds.map((kind) => kindWords(kind, lang)) }]
              : []),
            ...(act.count > 0
              ? [{ term: t(lang, { ja: '件数', en: 'Number of items' }), value: <span className="number">{act.count}</span> }]
              : []),
            ...consents.map((one) => ({
              term: t(lang, { ja: '同意の内容', en: 'The consent' }),
              value: t(lang, {
                ja: `${kindsIn(one.allowed, lang)}（${untilWords(one, lang)}）`,
                en: `${kindsIn(one.allowed, lang)} (${untilWords(one, lang)})`,
              }),
            })),
            { term: t(lang, { ja: 'きまり', en: 'Law or standard' }), value: <Ja>{act.law}</Ja> },
            { term: t(lang, { ja: '記録番号', en: 'Log number' }), value: <span className="number">{act.requestId}</span> },
          ]}
        />
        {consents.map((one) => (
          <p key={one.id} className="note">
            {t(lang, { ja: `示された文（${one.textVersion}）：`, en: `The words shown (${one.textVersion}): ` })}
            {textOfVersion(one.textVersion)?.text[lang]}
          </p>
        ))}
      </Stack>
    </Section>
  )
}

function receiptPage(about: About, receipts: readonly Receipt[]): string {
  const { lang } = about
  const { requestId } = receipts[0]!.act
  return citizenPage(about, {
    here: '/me/access-log',
    title: t(lang, { ja: 'この閲覧の控え', en: 'Receipt of this access' }),
    breadcrumbs: [{ href: '/me/access-log', label: t(lang, { ja: '誰が見たか', en: 'Who looked' }) }],
    children: (
      <>
        {receipts.map((receipt) => (
          <One key={`${receipt.act.action} ${receipt.act.outcome}`} receipt={receipt} lang={lang} />
        ))}
        <ButtonRow>
          <LinkButton href={`/me/access-log/receipts/${encodeURIComponent(requestId)}/download`} download variant="secondary">
            {t(lang, { ja: '控えを受け取る（JSON）', en: 'Download the receipt (JSON)' })}
          </LinkButton>
          <LinkButton href="/me/access-log/proof" variant="secondary">
            {t(lang, { ja: '書き換えられていないかを確かめる', en: 'Check that it was not changed' })}
          </LinkButton>
        </ButtonRow>
      </>
    ),
  })
}

const fileOf = (requestId: string, receipts: readonly Receipt[]) => ({ format: RECEIPT_FORMAT, requestId, acts: receipts.map(receiptJson) })

/** The receipt of one access, as a page and as a file. */
export function receiptRows(deps: CitizenDeps): Row[] {
  const common = { kind: 'read', method: 'GET', who: ['citizen'], why: ['PATRQT'], law: LAW, audit: 'citizen.receipt' } as const
  const found = async (ctx: Context, request: RouteRequest) => {
    const requestId = request.params.requestId ?? ''
    noteOwn(ctx, { resource: 'AuditEvent' })
    return { requestId, receipts: await receiptsOf(ctx, deps, requestId) }
  }
  return [
    {
      ...common,
      path: '/me/access-log/receipts/:requestId',
      summary: { ja: '1回の閲覧の控え：どの同意・どの規則で許されたか', en: 'Receipt of one access: by which consent and rule' },
      handle: async (ctx, request): Promise<Answer> => {
        const { requestId, receipts } = await found(ctx, request)
        return { json: fileOf(requestId, receipts), page: () => receiptPage(aboutOf(ctx, request, deps), receipts) }
      },
    },
    {
      ...common,
      path: '/me/access-log/receipts/:requestId/download',
      summary: { ja: '1回の閲覧の控えを受け取る（JSON）', en: 'Download the receipt of one access (JSON)' },
      handle: async (ctx, request): Promise<Answer> => {
        const { requestId, receipts } = await found(ctx, request)
        const name = `enishi-receipt-${requestId.replace(/[^0-9A-Za-z]/g, '')}.json`
        return { headers: { 'content-disposition': `attachment; filename="${name}"` }, json: fileOf(requestId, receipts) }
      },
    },
  ]
}
