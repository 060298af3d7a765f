import type { Address, Department, Facility, FacilityKind, Insurer, Staff, StaffRole } from '../model.ts'

/** The town of the demo does not exist; its postal codes begin with 000, which Japan Post never gave out. */
export const prefecture = '東京都'
export const city = '縁ヶ丘市'
export const districts = ['結町', '橋本町', '泉台', '桜堤', '南坂', '若葉', '緑ヶ原', '本郷通', '旭町', '港'] as const

export function addressOf(district: number, block: string): Address {
  const name = districts[district % districts.length]!
  const line = `${name}${block}`
  const postalCode = `000-${String(1 + (district % districts.length)).padStart(4, '0')}`
  return { postalCode, prefecture, city, line, text: `${prefecture}${city}${line}` }
}

const department = (code: string | null, name: string, nameEn: string): Department => ({ code, name, nameEn })

/** Departments of the region by key. Codes are those of the SS-MIX2 department table. */
export const departments = {
  internal: department('01', '内科', 'Internal medicine'),
  psychiatry: department('02', '精神科', 'Psychiatry'),
  respiratory: department('05', '呼吸器科', 'Respiratory medicine'),
  gastro: department('06', '消化器科', 'Gastroenterology'),
  cardiology: department('08', '循環器科', 'Cardiology'),
  paediatrics: department('09', '小児科', 'Paediatrics'),
  surgery: department('10', '外科', 'Surgery'),
  orthopaedics: department('11', '整形外科', 'Orthopaedics'),
  dermatology: department('19', '皮膚科', 'Dermatology'),
  urology: department('20', '泌尿器科', 'Urology'),
  obstetrics: department('23', '産婦人科', 'Obstetrics and gynaecology'),
  ophthalmology: department('26', '眼科', 'Ophthalmology'),
  ent: department('27', '耳鼻咽喉科', 'Otorhinolaryngology'),
  dental: department(null, '歯科', 'Dentistry'),
} as const

export type DepartmentKey = keyof typeof departments

export const departmentKeys: readonly DepartmentKey[] = [
  'internal',
  'psychiatry',
  'respiratory',
  'gastro',
  'cardiology',
  'paediatrics',
  'surgery',
  'orthopaedics',
  'dermatology',
  'urology',
  'obstetrics',
  'ophthalmology',
  'ent',
  'dental',
]

type Row = readonly [string, string, string, FacilityKind, string, readonly DepartmentKey[]]

const hospitalDepartments: readonly DepartmentKey[] = [
  'internal',
  'cardiology',
  'gastro',
  'respiratory',
  'surgery',
  'orthopaedics',
  'urology',
  'obstetrics',
  'psychiatry',
  'paediatrics',
]

/** Third digit of a number: 1 medical, 3 dental, 4 pharmacy; 7 to 9 are our own mark for offices that have no such number. */
const rows: readonly Row[] = [
  ['1318814790', '縁総合病院', 'Enishi General Hospital', 'hospital', '03-0000-1000', hospitalDepartments],
  ['1319900025', '結町内科循環器クリニック', 'Yuicho Internal and Heart Clinic', 'clinic', '03-0000-2000', ['internal', 'cardiology']],
  [
    '1319900033',
    'わかば小児科耳鼻科医院',
    'Wakaba Children and ENT Clinic',
    'clinic',
    '03-0000-3000',
    ['paediatrics', 'ent', 'dermatology'],
  ],
  [
    '1311234567',
    '桜堤整形外科眼科クリニック',
    'Sakurazutsumi Bone and Eye Clinic',
    'clinic',
    '03-0000-4000',
    ['orthopaedics', 'ophthalmology'],
  ],
  ['1339900053', '旭町デンタルクリニック', 'Asahicho Dental Clinic', 'dental-clinic', '03-0000-5000', ['dental']],
  ['1349900061', '縁ヶ丘薬局', 'Enigaoka Pharmacy', 'pharmacy', '03-0000-6000', []],
  ['1349900079', '泉台ファーマシー', 'Izumidai Pharmacy', 'pharmacy', '03-0000-7000', []],
  ['1379900084', 'ひだまり居宅介護支援事業所', 'Hidamari Care Planning Office', 'care-provider', '03-0000-8000', []],
  ['1389900092', '縁ヶ丘市役所', 'Enigaoka City Office', 'municipality', '03-0000-9000', []],
  ['1399900100', '縁ものづくり健康保険組合', 'Enishi Makers Health Insurance Society', 'insurer', '03-0000-9500', []],
]

export const facilities: readonly Facility[] = rows.map(([institutionNumber, name, nameEn, kind, phone, keys], i) => ({
  institutionNumber,
  name,
  nameEn,
  kind,
  prefecture,
  address: addressOf(i, `${1 + i}-${2 + i}-1`),
  phone,
  departments: keys.map((key) => departments[key]),
}))

type StaffRow = readonly [string, string, string, StaffRole, string, readonly DepartmentKey[]]

const staffRows: readonly StaffRow[] = [
  [
    'enishi-hayami',
    '早水 透子',
    'ハヤミ トウコ',
    'physician',
    '1318814790',
    ['internal', 'cardiology', 'respiratory', 'gastro', 'paediatrics'],
  ],
  [
    'enishi-kuze',
    '久世 一馬',
    'クゼ カズマ',
    'physician',
    '1318814790',
    ['surgery', 'orthopaedics', 'urology', 'obstetrics', 'psychiatry'],
  ],
  ['enishi-nagisa', '渚 佳奈', 'ナギサ カナ', 'nurse', '1318814790', []],
  ['enishi-ode', '小出 孝', 'オデ タカシ', 'clerk', '1318814790', []],
  ['yuicho-mikage', '御影 直', 'ミカゲ ナオ', 'physician', '1319900025', []],
  ['yuicho-asou', '麻生 みつる', 'アソウ ミツル', 'nurse', '1319900025', []],
  ['yuicho-seno', '瀬野 佑', 'セノ ユウ', 'clerk', '1319900025', []],
  ['wakaba-tsuge', '柘植 花', 'ツゲ ハナ', 'physician', '1319900033', []],
  ['wakaba-izu', '伊豆 歩', 'イズ アユム', 'clerk', '1319900033', []],
  ['sakura-dobashi', '土橋 岳', 'ドバシ ガク', 'physician', '1311234567', []],
  ['sakura-mine', '峰 ゆかり', 'ミネ ユカリ', 'clerk', '1311234567', []],
  ['asahi-shiki', '志木 環', 'シキ タマキ', 'dentist', '1339900053', []],
  ['asahi-niwa', '丹羽 千早', 'ニワ チハヤ', 'clerk', '1339900053', []],
  ['enigaoka-kamo', '加茂 澄江', 'カモ スミエ', 'pharmacist', '1349900061', []],
  ['izumidai-toki', '土岐 望', 'トキ ノゾム', 'pharmacist', '1349900079', []],
]

export const staff: readonly Staff[] = staffRows.map(([loginName, name, nameKana, role, institutionNumber, keys], i) => ({
  loginName,
  name,
  nameKana,
  role,
  institutionNumber,
  localId: `D${String(101 + i)}`,
  departments: keys.map((key) => departments[key].code ?? ''),
}))

/** Check digit of an insurer number: weights 2, 1, 2… from the right, digits of the products added, modulo 10. */
export function withCheckDigit(body: string): string {
  let sum = 0
  for (let i = 0; i < body.length; i++) {
    const product = Number(body[body.length - 1 - i]) * (i % 2 === 0 ? 2 : 1)
    sum += Math.floor(product / 10) + (product % 10)
  }
  return `${body}${(10 - (sum % 10)) % 10}`
}

/** Invented insurers: right law number, prefecture 13 and check digit, but insurer parts in the 990s. */
export const insurers: readonly Insurer[] = [
  { insurerNumber: withCheckDigit('0113990'), name: '全国健康保険協会 縁支部(架空)', kind: 'association' },
  { insurerNumber: withCheckDigit('0613991'), name: '縁ものづくり健康保険組合(架空)', kind: 'union' },
  { insurerNumber: withCheckDigit('0613992'), name: '結物流健康保険組合(架空)', kind: 'union' },
  { insurerNumber: withCheckDigit('3413990'), name: '縁学校職員共済組合(架空)', kind: 'mutual-aid' },
  { insurerNumber: withCheckDigit('0013990'), name: '縁ヶ丘市国民健康保険(架空)', kind: 'national' },
  { insurerNumber: withCheckDigit('3913990'), name: '縁後期高齢者医療広域連合(架空)', kind: 'late-elderly' },
]
