/** The first screenful of a chart: what could harm, what is the matter, what is taken, what is out of range. */
import type { ReactNode } from 'react'
import { Banner, Card, formatShortDate, Grid, Ja, type Lang, RangeMark, t, UninformedMark } from '#ui'
import { itemHref } from './frame.tsx'
import type { AnyItem, ChartView, ItemOf } from './model.ts'
import type { Look } from './parts.tsx'
import { isAllergy, isDiagnosis, isPrescription, isResult } from './tables.tsx'
import { named, titleOf } from './words.ts'

const LINES = 6

/** Drug allergies before everything else. Not knowing is said as loudly as knowing. */
export function HarmBanner({ view, lang }: { view: ChartView; lang: Lang }): ReactNode {
  const known = view.items['drug-allergy'].filter(isAllergy).filter((item) => item.current)
  const closed = view.consent.closed.find((door) => door.kind === 'drug-allergy')
  const label = t(lang, { ja: '薬剤アレルギー・禁忌', en: 'Drug allergies' })
  const rest = closed ? (
    <p>
      {t(lang, { ja: '他の医療機関の登録は確認できません。', en: 'What other institutions registered cannot be seen. ' })}
      {closed.why[lang]}
    </p>
  ) : null
  if (known.length > 0)
    return (
      <Banner lang={lang} tone="harm" label={label} title={<HarmNames known={known} lang={lang} />}>
        {rest}
      </Banner>
    )
  if (closed)
    return (
      <Banner lang={lang} tone="attention" label={label} title={t(lang, { ja: '確認できません', en: 'Not known' })}>
        <p>{closed.why[lang]}</p>
      </Banner>
    )
  return (
    <Banner lang={lang} tone="info" label={label} title={t(lang, { ja: '登録はありません', en: 'None registered' })}>
      <p>
        {t(lang, {
          ja: 'アレルギーがないという意味ではありません。本人に確かめてください。',
          en: 'This does not mean there are none. Please ask the person.',
        })}
      </p>
    </Banner>
  )
}

function HarmNames({ known, lang }: { known: readonly ItemOf<'allergy'>[]; lang: Lang }): ReactNode {
  return [...Map.groupBy(known, (item) => t(lang, titleOf(item)))].map(([name, same], n) => {
    const worst = same.find((item) => item.criticality === 'high')
    return (
      <span key={name}>
        {n > 0 ? t(lang, { ja: '、', en: ', ' }) : ''}
        <Ja>{name}</Ja>
        {worst ? t(lang, { ja: `（${named('criticality', 'high').ja}）`, en: ` (${named('criticality', 'high').en.toLowerCase()})` }) : ''}
      </span>
    )
  })
}

/** Three short lists side by side, each line a link, each list ending in the section that has it all. */
export function Summary({ view, look }: { view: ChartView; look: Look }): ReactNode {
  const { lang } = look
  const problems = firstOfEach(diagnosesInOrder(view).filter((item) => item.current))
  const drugs = firstOfEach(view.items.prescription.filter(isPrescription))
  const out = latestResults(view).filter(isOut)
  return (
    <section className="section">
      <h2 className="visually-hidden">{t(lang, { ja: '要点', en: 'At a glance' })}</h2>
      <Grid>
        <Short title={t(lang, { ja: '現在の傷病名', en: 'Current diagnoses' })} lines={problems} to="#diagnosis" look={look} />
        <Short title={t(lang, { ja: '処方（文書から）', en: 'Drugs (from documents)' })} lines={drugs} to="#prescription" look={look} />
        <Short
          title={t(lang, { ja: '基準を外れた最新の検査', en: 'Latest results out of range' })}
          lines={out}
          to="#test-result"
          look={look}
        />
      </Grid>
    </section>
  )
}

/** Main disease, then what is still acted on, then what has ended; newest first within each. */
export function diagnosesInOrder(view: ChartView): ItemOf<'diagnosis'>[] {
  const rank = (item: ItemOf<'diagnosis'>) => (item.current ? (item.principal ? 0 : 1) : 2)
  // A letter repeats what its sender has registered already; the same statement is said once.
  const said = new Set<string>()
  const once = view.items.diagnosis.filter(isDiagnosis).filter((item) => {
    const statement = JSON.stringify([
      item.title,
      item.date,
      item.institutionNumber,
      item.status,
      item.suspected,
      item.uninformed,
      item.abatement,
    ])
    if (said.has(statement)) return false
    said.add(statement)
    return true
  })
  return once.toSorted((a, b) => rank(a) - rank(b))
}

/** The same thing named by several institutions is one line. Newest first. */
function firstOfEach<Item extends AnyItem>(items: readonly Item[]): Item[] {
  const seen = new Map<string, Item>()
  for (const item of items) {
    const earlier = seen.get(item.title)
    // A mark on any of them stands on the line.
    if (!earlier || (item.uninformed && !earlier.uninformed)) seen.set(item.title, item)
  }
  return [...seen.values()]
}

export const isOut = (item: ItemOf<'result'>): boolean => item.mark !== null && item.mark !== 'within'

/** The newest result of every item measured: out of range first, newest first within each. */
export function latestResults(view: ChartView): ItemOf<'result'>[] {
  const seen = new Map<string, ItemOf<'result'>>()
  for (const item of [...view.items['test-result'], ...view.items.infection].filter(isResult))
    if (!seen.has(item.courseKey)) seen.set(item.courseKey, item)
  return [...seen.values()].toSorted((a, b) => Number(isOut(b)) - Number(isOut(a)))
}

function Short({ title, lines, to, look }: { title: string; lines: readonly AnyItem[]; to: string; look: Look }): ReactNode {
  const { lang } = look
  const more = lines.length - LINES
  const footer = more > 0 ? <a href={to}>{t(lang, { ja: `ほか${more}件`, en: `${more} more` })}</a> : null
  return (
    <Card title={title} footer={footer}>
      {lines.length === 0 ? <p className="note">{t(lang, { ja: '表示できるものはありません', en: 'Nothing to show' })}</p> : null}
      {lines.slice(0, LINES).map((item) => (
        <p key={item.id}>
          <Line item={item} look={look} />
        </p>
      ))}
    </Card>
  )
}

function Line({ item, look }: { item: AnyItem; look: Look }): ReactNode {
  const { lang } = look
  return (
    <>
      <a href={itemHref(look.patient, item)} lang="ja">
        {t(lang, titleOf(item))}
      </a>{' '}
      {item.is === 'result' ? (
        <>
          <strong className="number">{item.value}</strong>
          {item.unit ? <span className="unit">{item.unit}</span> : null} <RangeMark mark={item.mark} lang={lang} />{' '}
        </>
      ) : null}
      {item.is === 'diagnosis' && item.suspected ? t(lang, { ja: '（疑い）', en: '(suspected) ' }) : null}
      {item.uninformed ? <UninformedMark lang={lang} /> : null}{' '}
      {item.date ? (
        <span className="note">{item.is === 'diagnosis' ? yearOf(item.date, lang) : formatShortDate(item.date, lang)}</span>
      ) : null}
    </>
  )
}

const yearOf = (date: string, lang: Lang) => t(lang, { ja: `${date.slice(0, 4)}年から`, en: `since ${date.slice(0, 4)}` })
