import type { ReactNode } from 'react'
import type { Effect } from '#care/consent'
import type { Lang } from '#kernel/language'
import { joinList, Section, Stack, Table, Tag, t } from '#ui'
import { kindWords } from '../words.ts'

const change = ({ before, after }: Effect, lang: Lang): ReactNode => {
  return after > before ? (
    <Tag tone="attention">{t(lang, { ja: `${after - before}件が見えるようになります`, en: `${after - before} more can be seen` })}</Tag>
  ) : (
    <Tag>{t(lang, { ja: `${before - after}件が見えなくなります`, en: `${before - after} can no longer be seen` })}</Tag>
  )
}

const isChange = ({ before, after }: Effect): boolean => before !== after

const count = (n: number, lang: Lang) => <span className="number">{t(lang, { ja: `${n}件`, en: String(n) })}</span>

/** What an institution sees before and after, counted in the person's own record by the rules that decide. */
export function Effects({
  effects,
  lang,
  institution,
  goesOn = false,
}: {
  effects: readonly Effect[]
  lang: Lang
  institution?: string
  goesOn?: boolean
}): ReactNode {
  const [changing, staying] = [effects.filter(isChange), effects.filter((effect) => !isChange(effect))]
  return (
    <Section title={institution ?? t(lang, { ja: 'あなたの記録では、こう変わります', en: 'What it changes in your record' })}>
      <Stack>
        {effects.length === 0 ? (
          <p>
            {t(lang, {
              ja: 'いまは、まだ記録がありません。これから届く記録に効きます。',
              en: 'There is no record yet. It holds for what arrives.',
            })}
          </p>
        ) : changing.length === 0 ? (
          <p>{t(lang, { ja: '見える記録は、いまと変わりません。', en: 'What can be seen stays as it is now.' })}</p>
        ) : (
          <Table
            lang={lang}
            caption={t(lang, { ja: '変わること', en: 'What changes' })}
            captionHidden
            rows={changing}
            rowKey={(effect) => effect.kind}
            columns={[
              { key: 'kind', header: t(lang, { ja: '種類', en: 'Kind' }), cell: (effect) => kindWords(effect.kind, lang) },
              { key: 'total', header: t(lang, { ja: 'あなたの記録', en: 'Your record' }), cell: (effect) => count(effect.total, lang) },
              { key: 'before', header: t(lang, { ja: 'いま見える', en: 'Seen now' }), cell: (effect) => count(effect.before, lang) },
              { key: 'after', header: t(lang, { ja: '変えたあと', en: 'Seen after' }), cell: (effect) => count(effect.after, lang) },
              { key: 'change', header: t(lang, { ja: '変わること', en: 'Change' }), cell: (effect) => change(effect, lang) },
            ]}
          />
        )}
        {changing.length > 0 && staying.length > 0 ? (
          <p>
            {t(lang, { ja: '変わらないもの：', en: 'No change: ' })}
            {joinList(
              lang,
              staying.map((effect) => kindWords(effect.kind, lang)),
            )}
          </p>
        ) : null}
        <p className="note">
          {t(lang, {
            ja: 'あなたに見えている記録で数えています。その医療機関が自分で書いた記録は、いつも見えます。',
            en: 'Counted in what you see yourself. What an institution wrote itself it always sees.',
          })}
          {goesOn
            ? t(lang, {
                ja: '受付で答えた、24時間の同意は除いています。',
                en: ' Your answers at its reader, which end within 24 hours, are left out.',
              })
            : null}
        </p>
      </Stack>
    </Section>
  )
}
