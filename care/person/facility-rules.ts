/** What an entry of the register of facilities must be. Pure. */
import type { Finding } from './key-rules.ts'
import type { FacilityKind } from './model.ts'
import type { Dates, Department, FacilityEntry } from './register-model.ts'

export const facilityKinds = [
  'hospital',
  'clinic',
  'dental-clinic',
  'pharmacy',
  'care-provider',
  'municipality',
  'insurer',
] as const satisfies readonly FacilityKind[]

/** Third digit of the institution number by kind: 点数表 1 医科, 3 歯科, 4 調剤. Other kinds have numbers of their own systems. */
const tableDigits: Partial<Record<FacilityKind, readonly string[]>> = {
  hospital: ['1', '3'],
  clinic: ['1'],
  'dental-clinic': ['3'],
  pharmacy: ['4'],
}

/** Full-width digits and hyphens as typed in Japanese, made plain. */
export const plainNumber = (text: string): string => text.normalize('NFKC').replace(/[\s-]/g, '')

const DAY = /^\d{4}-\d{2}-\d{2}$/
/** A day of the calendar as 'YYYY-MM-DD'. */
export const isDay = (text: string): boolean => {
  if (!DAY.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** First day not after the last one, both of the calendar. */
export function judgeDates({ from, until }: Dates): Finding[] {
  const wrong = (field: string): Finding => ({
    field,
    ja: '日付は 2026-04-01 の形で、ある日を書いてください。',
    en: 'Write a day that exists, as 2026-04-01.',
  })
  return [
    ...(isDay(from) ? [] : [wrong('from')]),
    ...(until === null || isDay(until) ? [] : [wrong('until')]),
    ...(until !== null && isDay(until) && isDay(from) && until < from
      ? [{ field: 'until', ja: '終わりの日が、始まりの日より前です。', en: 'The last day is before the first.' }]
      : []),
  ]
}

const text = (field: string, value: string, about: { most: number; required: boolean; ja: string; en: string }): Finding[] => {
  if (about.required && value.trim() === '') return [{ field, ja: `${about.ja}を入力してください。`, en: `Enter ${about.en}.` }]
  return value.length > about.most
    ? [{ field, ja: `${about.ja}は${about.most}文字までです。`, en: `${about.en} has at most ${about.most} characters.` }]
    : []
}

/**
 * An institution number: ten digits, 都道府県番号 (01–47), 点数表番号 as the kind has it, and seven digits of the institution.
 * @spec 電子カルテ情報共有サービス 保険医療機関番号10桁; 診療報酬請求書等の記載要領 都道府県コード・点数表コード
 */
export function judgeInstitutionNumber(number: string, kind: FacilityKind): Finding[] {
  const field = 'institutionNumber'
  if (!/^\d{10}$/.test(number)) return [{ field, ja: '医療機関番号は数字10桁です。', en: 'An institution number has ten digits.' }]
  const prefecture = Number(number.slice(0, 2))
  if (prefecture < 1 || prefecture > 47)
    return [{ field, ja: 'はじめの2桁（都道府県番号）は 01〜47 です。', en: 'The first two digits are the prefecture, 01 to 47.' }]
  const allowed = tableDigits[kind]
  if (allowed !== undefined && !allowed.includes(number[2]!))
    return [
      {
        field,
        ja: `3桁目（点数表番号）が種別に合いません。この種別では ${allowed.join(' か ')} です（1 医科、3 歯科、4 調剤）。`,
        en: `The third digit does not fit the kind: it is ${allowed.join(' or ')} here (1 medical, 3 dental, 4 pharmacy).`,
      },
    ]
  return []
}

export function judgeFacility(f: FacilityEntry): Finding[] {
  const known = facilityKinds.some((kind) => kind === f.kind)
  return [
    ...(known
      ? judgeInstitutionNumber(f.institutionNumber, f.kind)
      : [{ field: 'kind', ja: '種別を選んでください。', en: 'Choose the kind.' }]),
    ...text('name', f.name, { most: 120, required: true, ja: '名称', en: 'the name' }),
    ...text('nameEn', f.nameEn, { most: 120, required: false, ja: '英語の名称', en: 'the English name' }),
    ...(/^(\d{3}-?\d{4})?$/.test(f.postalCode)
      ? []
      : [{ field: 'postalCode', ja: '郵便番号は数字7桁です。', en: 'A postal code has seven digits.' }]),
    ...text('address', f.address, { most: 200, required: false, ja: '所在地', en: 'the address' }),
    ...(/^[0-9+() -]{0,20}$/.test(f.phone)
      ? []
      : [{ field: 'phone', ja: '電話番号は数字とハイフンで書いてください。', en: 'Write the phone number in digits and hyphens.' }]),
    ...judgeDates(f),
  ]
}

export function judgeDepartment(d: Department): Finding[] {
  return [
    ...(/^[0-9A-Za-z]{1,10}$/.test(d.code)
      ? []
      : [{ field: 'code', ja: '診療科コードは英数字10文字までです。', en: 'A department code has up to ten letters or digits.' }]),
    ...text('name', d.name, { most: 60, required: true, ja: '名称', en: 'the name' }),
    ...text('nameEn', d.nameEn, { most: 60, required: false, ja: '英語の名称', en: 'the English name' }),
    ...judgeDates(d),
  ]
}
