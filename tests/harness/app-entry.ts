import type { AppClient } from '#care/person'

/** An entry of the register of apps, for tests. */
export const anApp = (clientId: string, scopes: readonly string[], about: Partial<AppClient> = {}): AppClient => ({
  ...{ clientId, institutionNumber: '', name: 'からだ手帳', nameEn: 'Body Notebook', maker: '縁市ソフトウェア', logoText: 'か' },
  ...{ jwks: { keys: [] }, scopes: [...scopes], binding: 'none', kind: 'public', authMethod: 'none', parRequired: false },
  ...{ forCitizens: true, forStaff: true, redirectUris: ['https://app.example/back'], launchUrl: 'https://app.example/launch' },
  ...{ about: { ja: 'お薬と検査結果を見るアプリ', en: 'Shows medicines and test results' }, homepageUrl: null, privacyUrl: null },
  grantTypes: ['authorization_code', 'refresh_token'],
  ...about,
})
