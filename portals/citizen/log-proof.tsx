import type { ReactNode } from 'react'
import { coSignaturesOf, logKeyPem, newestCheckpoint, newestWitnessed, provenEntries } from '#kernel/log-proof'
import type { Context } from '#kernel/context'
import { dateInJapan } from '#kernel/japan'
import type { Lang } from '#kernel/language'
import { refuse } from '#kernel/refusal'
import type { Answer, Row, RouteRequest } from '#kernel/route'
import { type Checkpoint, type CoSignature, PROOF_FORMAT, type ProofHead } from '#packages/log-proof'
import { Banner, ButtonRow, DefinitionList, formatDateTime, LinkButton, Section, t } from '#ui'
import { type About, citizenPage } from './frame.tsx'

const LAW = '個人情報の保護に関する法律 第33条（開示。適用の範囲は要確認: 弁護士）、RFC 9162'

/** A state of the log to prove by: the newest that a witness signed too, else the newest. */
type State = { checkpoint: Checkpoint; coSignatures: CoSignature[]; operatorKeyPem: string }

async function stateOf({ db }: Pick<Context, 'db'>): Promise<State | undefined> {
  const witnessed = await newestWitnessed(db)
  const checkpoint = witnessed?.checkpoint ?? (await newestCheckpoint(db))
  if (checkpoint === undefined) return undefined
  const coSignatures = witnessed?.coSignatures ?? (await coSignaturesOf(db, checkpoint.size))
  return { checkpoint, coSignatures, operatorKeyPem: (await logKeyPem(db, checkpoint.keyId)) ?? '' }
}

/** The proof as a file: the signed state, then an entry a line. */
async function* proofPieces(ctx: Pick<Context, 'db'>, keys: readonly string[], state: State): AsyncGenerator<string> {
  const head: ProofHead = { format: PROOF_FORMAT, ...state }
  yield `${JSON.stringify(head)}\n`
  for await (const entries of provenEntries(ctx.db, keys, state.checkpoint.size))
    yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
}

function Signatures({ state, demo, lang }: { state: State; demo: boolean; lang: Lang }): ReactNode {
  const { checkpoint, coSignatures } = state
  const witnesses =
    coSignatures.length === 0
      ? t(lang, { ja: 'まだいません（運営者だけの署名です）', en: 'None yet (the operator’s signature alone)' })
      : coSignatures.map((one) => <code key={one.keyId}>{one.keyId}</code>)
  return (
    <>
      <DefinitionList
        items={[
          { term: t(lang, { ja: '署名された時刻', en: 'Signed' }), value: formatDateTime(new Date(checkpoint.at), lang) },
          {
            term: t(lang, { ja: '全体の件数', en: 'Entries in all' }),
            value: <span className="number">{checkpoint.size.toLocaleString('en')}</span>,
          },
          { term: t(lang, { ja: '運営者の鍵', en: 'The operator’s key' }), value: <code>{checkpoint.keyId}</code> },
          { term: t(lang, { ja: '立会人の鍵', en: 'Witnesses’ keys' }), value: witnesses },
        ]}
      />
      {demo && coSignatures.length > 0 ? (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, { ja: 'このデモの立会人は守りになりません', en: 'This demo’s witness protects nothing' })}
        >
          <p>
            {t(lang, {
              ja: '見張る相手と同じ機械で動いているためです。本番では、運営者とは別の組織が、別の場所で動かします。',
              en: 'It runs on the machine that it watches. In earnest, an organisation other than the operator runs it elsewhere.',
            })}
          </p>
        </Banner>
      ) : null}
    </>
  )
}

const steps: readonly { ja: string; en: string }[] = [
  { ja: '下のボタンで、証明のファイルを受け取ります。', en: 'Download the proof with the button below.' },
  {
    ja: '縁のプログラムを入れた機械（あなたのものでも、信頼する人のものでもかまいません）に移します。ネットワークは要りません。',
    en: 'Take it to a machine with the program of Enishi, yours or that of somebody you trust. No network is needed.',
  },
  { ja: '次の命令を実行します。', en: 'Run this command:' },
]

function proofPage(about: About, state: State | undefined): string {
  const { lang, demo } = about
  return citizenPage(about, {
    here: '/me/access-log',
    title: t(lang, { ja: '記録が書き換えられていないかを確かめる', en: 'Check that the log was not changed' }),
    lead: t(lang, {
      ja: '「誰が見たか」の記録は、縁の運営者でも、気づかれずに消したり書き換えたりできません。それを、縁を信じずに、自分で確かめられます。',
      en: 'Not even the operator can delete or change the log of who looked without being found out. You can check that yourself, without trusting us.',
    }),
    breadcrumbs: [{ href: '/me/access-log', label: t(lang, { ja: '誰が見たか', en: 'Who looked' }) }],
    children: (
      <>
        <Section title={t(lang, { ja: '署名された最新の状態', en: 'Newest signed state' })}>
          {state === undefined ? (
            <p>
              {t(lang, {
                ja: 'まだありません。1分ほど待ってからもう一度開いてください。',
                en: 'There is none yet. Please come back in a minute.',
              })}
            </p>
          ) : (
            <Signatures state={state} demo={demo} lang={lang} />
          )}
        </Section>
        <Section title={t(lang, { ja: '確かめ方', en: 'How to check' })}>
          <ol>
            {steps.map((step) => (
              <li key={step.en}>{t(lang, step)}</li>
            ))}
          </ol>
          <pre className="code">
            <code>npm run enishi -- verify-log enishi-log-proof.ndjson --key operator.pem --witness-key witness.pem</code>
          </pre>
          <p>
            {t(lang, {
              ja: '運営者と立会人の公開鍵は、この画面以外（広報、立会人のウェブサイトなど）で手に入れると、より確かです。ファイルにはあなたの情報が入っています。人に渡すときは気をつけてください。',
              en: 'Get the public keys of operator and witness elsewhere than here (a gazette, the witness’s own site): that proves more. The file holds your data; mind whom you give it to.',
            })}
          </p>
          {about.actsFor?.hides?.length ? (
            <p>
              {t(lang, {
                ja: '証明を受け取れるのは、ご本人だけです。あなたに見せない種類の記録についての閲覧も、証明には入っているためです。',
                en: 'Only the person can take the proof: it also holds looks at kinds of the record that are not shown to you.',
              })}
            </p>
          ) : state === undefined ? null : (
            <ButtonRow>
              <LinkButton href="/me/access-log/proof/download" download>
                {t(lang, { ja: '証明を受け取る', en: 'Download the proof' })}
              </LinkButton>
            </ButtonRow>
          )}
        </Section>
        <Section title={t(lang, { ja: '分かること、分からないこと', en: 'What it shows, and what not' })}>
          <ul>
            <li>
              {t(lang, {
                ja: '分かること：受け取った記録がすべて、署名された状態の中に、書かれているとおりにあること。あとで消されたり書き換えられたりすれば、この証明と合わなくなります。',
                en: 'It shows that each entry is in the signed log as told. If one is deleted or changed later, this proof no longer agrees with the log.',
              })}
            </li>
            <li>
              {t(lang, {
                ja: '分からないこと：はじめから記録されなかったこと。縁は、記録を書けないときは何も見せない作りで、これを防いでいます。',
                en: 'It does not show what was never entered. Enishi guards against that by showing nothing where it cannot write the entry.',
              })}
            </li>
          </ul>
        </Section>
      </>
    ),
  })
}

export type ProofPageDeps = {
  aboutOf(ctx: Context, request: RouteRequest): About
  toldTo(ctx: Context): { keys: readonly string[]; hides: readonly string[] }
}

/** How a person checks that nobody changed the log of who looked, and the proof they take home. */
export function logProofRows({ aboutOf, toldTo }: ProofPageDeps): Row[] {
  const common = { method: 'GET', who: ['citizen'], why: ['PATRQT'], audit: 'citizen.log-proof', law: LAW } as const
  const note = (ctx: Context) => {
    const [key] = toldTo(ctx).keys
    if (key !== undefined) ctx.audit({ key, rule: 'own-record', resource: 'access-log' })
  }
  return [
    {
      kind: 'read',
      ...common,
      path: '/me/access-log/proof',
      summary: { ja: '記録が書き換えられていないかを確かめる画面', en: 'Page to check that the log was not changed' },
      handle: async (ctx, request): Promise<Answer> => {
        note(ctx)
        const state = await stateOf(ctx)
        return { json: state ?? null, page: () => proofPage(aboutOf(ctx, request), state) }
      },
    },
    {
      kind: 'stream',
      ...common,
      path: '/me/access-log/proof/download',
      summary: { ja: '自分についての記録を、証明とともに受け取る', en: 'The person’s entries with their proofs' },
      handle: async (ctx) => {
        note(ctx)
        const { keys, hides } = toldTo(ctx)
        // Each entry is proven whole. From whom some are kept, the person takes the proof themselves.
        if (hides.length > 0) refuse('not-permitted')
        const state = (await stateOf(ctx)) ?? refuse('not-found')
        const name = `enishi-log-proof-${dateInJapan(ctx.now)}.ndjson`
        const headers = { 'content-type': 'application/x-ndjson; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` }
        return { headers, pieces: proofPieces(ctx, keys, state) }
      },
    },
  ]
}
