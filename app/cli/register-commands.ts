import type { Command } from './command.ts'

const kinds = ['hospital', 'clinic', 'dental-clinic', 'pharmacy', 'care-provider', 'municipality', 'insurer']

/** Commands that keep the registers of facilities, staff and systems. */
export const registerCommands: readonly Command[] = [
  {
    name: 'facility',
    operands: { form: 'add NUMBER', least: 2, most: 2 },
    ja: '施設を登録します。',
    en: 'Registers a facility.',
    options: {
      kind: { value: 'KIND', oneOf: kinds, ja: '種別', en: 'kind of facility' },
      name: { value: 'TEXT', ja: '名称', en: 'name in Japanese' },
      'name-en': { value: 'TEXT', ja: '英語の名称', en: 'name in English' },
      address: { value: 'TEXT', ja: '所在地', en: 'address' },
      from: { value: 'YYYY-MM-DD', ja: '始まりの日（既定は今日）', en: 'first day (default: today)' },
    },
    run: async (given, io) => (await import('./registers.ts')).facility(given, io),
  },
  {
    name: 'staff',
    operands: { form: 'invite LOGIN', least: 2, most: 2 },
    ja: '職員を登録して招待リンクを示します。最初の運用担当もこれで招きます。登録済みなら新しい招待リンクだけを示します。',
    en: 'Registers a member of staff and prints an invitation link, the first operator too; for somebody known, a new link alone.',
    options: {
      facility: { value: 'NUMBER', ja: '医療機関番号', en: 'institution number' },
      role: {
        value: 'ROLE',
        oneOf: ['operator', 'auditor', 'administrator', 'physician', 'dentist', 'pharmacist', 'nurse', 'clerk'],
        ja: '職種',
        en: 'role',
      },
      name: { value: 'TEXT', ja: '氏名', en: 'name in Japanese' },
      'name-kana': { value: 'TEXT', ja: 'フリガナ', en: 'kana' },
      'name-en': { value: 'TEXT', ja: 'ローマ字', en: 'name in Latin letters' },
      from: { value: 'YYYY-MM-DD', ja: '勤務の始まりの日（既定は今日）', en: 'first day of work (default: today)' },
      'licence-number': { value: 'NUMBER', ja: '免許の登録番号', en: 'registration number of the licence' },
      'licence-from': { value: 'YYYY-MM-DD', ja: '免許の登録日', en: 'licensed since' },
    },
    run: async (given, io) => (await import('./registers.ts')).staff(given, io),
  },
  {
    name: 'client',
    operands: { form: 'add ID | rotate-key ID', least: 2, most: 2 },
    ja: '施設のシステムを、公開鍵（JWKS か証明書のファイル）とともに登録します。rotate-key は次の鍵を加え、前の鍵の最後の日を決めます。',
    en: 'Registers a system of a facility with its public keys (a file with a JWKS or certificates); rotate-key adds the next key and settles the last day of those before.',
    options: {
      facility: { value: 'NUMBER', ja: '医療機関番号', en: 'institution number' },
      name: { value: 'TEXT', ja: '名称', en: 'name' },
      jwks: { value: 'FILE', ja: 'JWKS（JSON）か証明書（PEM）', en: 'a JWKS (JSON) or certificates (PEM)' },
      scopes: { value: 'SCOPES', ja: 'できること（既定は system/*.cruds）', en: 'scopes (default: system/*.cruds)' },
      binding: {
        value: 'any|mtls|dpop',
        oneOf: ['any', 'mtls', 'dpop'],
        ja: 'トークンを何に結び付けるか',
        en: 'what its tokens are tied to',
      },
      'old-until': {
        value: 'YYYY-MM-DD',
        ja: '前の鍵の最後の日（rotate-key のとき。既定は7日後）',
        en: 'last day of the keys in use (with rotate-key; default: in 7 days)',
      },
      'certificate-subject': { value: 'DN', ja: '証明書の名義', en: 'subject of its certificate' },
    },
    run: async (given, io) => (await import('./registers.ts')).client(given, io),
  },
]
